import { compiled } from '@seine/contracts'
import type { z } from 'zod'

export type Read<T> = { ok: true; value: T } | { ok: false; problems: string[] }

/**
 * Reads JSON that another version may have written: unknown fields are dropped, everything else is checked. Schemas
 * are strict, so the fields they name as unknown are removed and the rest is read again.
 */
export function readTolerantly<T>(schema: z.ZodType<T>, json: unknown): Read<T> {
  const first = compiled(schema).safeParse(json)
  if (first.success) return { ok: true, value: first.data }
  const unknown = first.error.issues.filter((issue) => issue.code === 'unrecognized_keys')
  if (unknown.length === 0) return { ok: false, problems: problemsOf(first.error) }
  const copy: unknown = structuredClone(json)
  for (const issue of unknown) remove(copy, issue.path, issue.keys)
  const second = schema.safeParse(copy)
  return second.success ? { ok: true, value: second.data } : { ok: false, problems: problemsOf(second.error) }
}

/** `counts.ok: expected number` for each issue, at most ten. */
export function problemsOf(error: z.ZodError): string[] {
  return error.issues.slice(0, 10).map((issue) => `${issue.path.join('.') || 'message'}: ${issue.message}`)
}

function remove(root: unknown, path: readonly PropertyKey[], keys: readonly string[]): void {
  let target = root
  for (const step of path) target = (target as Record<PropertyKey, unknown>)[step]
  for (const key of keys) delete (target as Record<string, unknown>)[key]
}
