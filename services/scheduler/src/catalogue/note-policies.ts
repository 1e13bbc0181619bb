import type { Policy } from '@seine/contracts'
import type { Sql } from '../database/sql.ts'
import { compareFile, rememberFile } from './file-entries.ts'
import { fingerprintOf } from './fingerprint.ts'
import { auditNames } from './import-sites.ts'

const policiesFileActor = 'policies.yml'

/** Writes down in the audit what of `policies.yml` is another than last time. The caller holds the lock `import`. */
export async function notePolicies(sql: Sql, policies: ReadonlyMap<string, Policy>, nowMs: number): Promise<void> {
  const fingerprints = new Map([...policies].map(([name, policy]) => [name, fingerprintOf(policy)]))
  const changes = await compareFile(sql, 'policies', fingerprints)
  await rememberFile(sql, 'policies', fingerprints, changes)
  // The first time there is nothing that it could differ from.
  if (!changes.isKnown) return
  await auditNames(sql, 'policies.changed', policiesFileActor, nowMs, {
    changed: [...changes.changed],
    deleted: changes.gone,
  })
}
