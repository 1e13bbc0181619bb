import { z } from 'zod'

/** Something that somebody did and may have to answer for. */
export const auditEntrySchema = z.strictObject({
  id: z.uuid(),
  at: z.string(),
  /** Name of a user or a key; `anonymous`; a file for what was changed in it; `schedule <name>`. */
  actor: z.string(),
  /** What was done, as `<thing>.<done>`: `site.changed`. */
  action: z.string(),
  /** To what: the name of a site, a host, a file, the id of a run. */
  subject: z.string(),
  /** `site.changed`: `{ fields }`. Never a secret. */
  details: z.record(z.string(), z.json()),
  /** Of the request that did it. Null: none did. */
  correlationId: z.string().nullable(),
})

export type AuditEntry = z.output<typeof auditEntrySchema>

export const auditAction = z
  .string()
  .max(64)
  .regex(/^[a-z]+(-[a-z]+)*\.[a-z]+(-[a-z]+)*$/, 'expected <thing>.<done>')
