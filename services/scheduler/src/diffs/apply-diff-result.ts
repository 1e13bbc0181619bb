import type { DiffResult } from '@seine/contracts'
import type { Database } from '../database/sql.ts'
import { toJson } from '../database/to-json.ts'

/** Takes in what an exporter found of a site. The first answer counts: another of the same runs says the same. */
export function makeApplyDiffResult(database: Database) {
  return async ({ diffId, site, status, reason, counts, artifact }: DiffResult): Promise<void> => {
    const json = (value: unknown): string | null => (value === null ? null : toJson(value))
    await database.query(
      `update run_diff_sites set status = $3, reason = $4, counts = $5::jsonb, artifact = $6::jsonb
       where diff_id = $1 and site = $2 and status = 'pending'`,
      [diffId, site, status, reason, json(counts), json(artifact)],
    )
  }
}
