import { z } from 'zod'
import { policySchema } from './policy.ts'

/** A field of a policy as a site may give it: optional and without its default; groups of fields likewise, field by field. */
type Part<T> =
  T extends z.ZodPrefault<z.ZodObject<infer S>>
    ? z.ZodOptional<z.ZodObject<Parts<S>, z.core.$strict>>
    : T extends z.ZodDefault<infer U>
      ? z.ZodOptional<U>
      : T
type Parts<S> = { [K in keyof S]: Part<S[K]> }

function partsOf<S extends z.ZodRawShape>(shape: S): Parts<S> {
  return Object.fromEntries(Object.entries(shape).map(([name, field]) => [name, partOf(field)])) as Parts<S>
}

function partOf(field: z.core.$ZodType): z.core.$ZodType {
  if (!(field instanceof z.ZodPrefault || field instanceof z.ZodDefault)) return field
  const bare = field.unwrap()
  return bare instanceof z.ZodObject ? z.strictObject(partsOf(bare.shape)).optional() : (bare as z.ZodType).optional()
}

/** What a site does otherwise than its policy: any of a policy's fields. */
export const policyOverridesSchema = z.strictObject(partsOf(policySchema.shape))

export type PolicyOverrides = z.output<typeof policyOverridesSchema>
