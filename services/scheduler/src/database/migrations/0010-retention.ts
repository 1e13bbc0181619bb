import { Migration } from '@mikro-orm/migrations'

/** Site runs that are let go of: planned, begun, done. Expand only. */
export class Retention extends Migration {
  override name = '0010-retention'

  override up(): void {
    this.addSql(`alter table bulk_job_sites add column retention_planned_at timestamptz, add column released_at timestamptz,
      add column cleared_at timestamptz`)
  }

  override down(): void {
    this.addSql(
      'alter table bulk_job_sites drop column retention_planned_at, drop column released_at, drop column cleared_at',
    )
  }
}
