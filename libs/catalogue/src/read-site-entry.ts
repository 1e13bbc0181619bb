import { type Policy, type Site, siteSchema } from '@seine/contracts'
import type { z } from 'zod'
import { type SiteProblem, siteProblems } from './site-problems.ts'

export type ReadEntry = { ok: true; site: Site } | { ok: false; problems: SiteProblem[] }

/** Reads one entry as somebody wrote it. Where its schema refuses it, that is all that is said: the rest can't be looked at. */
export async function readSiteEntry(entry: unknown, policies: ReadonlyMap<string, Policy>): Promise<ReadEntry> {
  const parsed = siteSchema.safeParse(entry)
  if (!parsed.success) return { ok: false, problems: parsed.error.issues.map(problemOf) }
  const problems = await siteProblems(parsed.data, policies)
  return problems.length === 0 ? { ok: true, site: parsed.data } : { ok: false, problems }
}

/** Empty field: the entry as a whole. */
export function problemOf({ path, message }: Pick<z.core.$ZodIssue, 'path' | 'message'>): SiteProblem {
  return { field: fieldOf(path), message }
}

/** `fields[0].css` */
function fieldOf(path: readonly PropertyKey[]): string {
  return path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
}
