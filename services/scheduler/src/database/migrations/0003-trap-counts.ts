import { Migration } from '@mikro-orm/migrations'

/** How many URLs of a site run share a trap key. Expand only. */
export class TrapCounts extends Migration {
  override name = '0003-trap-counts'

  override up(): void {
    // A key is shorter than its URL, and with 2,048 characters it still fits an index entry.
    this.addSql(`
      create table bulk_job_site_traps (
        site_run_id uuid not null constraint bulk_job_site_traps_site_run_id_foreign
          references bulk_job_sites on delete cascade,
        kind text not null,
        key text collate "C" not null,
        n int not null,
        primary key (site_run_id, kind, key)
      )`)
  }

  override down(): void {
    this.addSql('drop table bulk_job_site_traps')
  }
}
