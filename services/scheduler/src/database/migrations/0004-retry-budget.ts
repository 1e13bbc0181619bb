import { Migration } from '@mikro-orm/migrations'

/** How often the pages of a site run may be tried again, all together. Expand only: runs that were planned before have the defaults. */
export class RetryBudget extends Migration {
  override name = '0004-retry-budget'

  override up(): void {
    this.addSql(`
      alter table bulk_job_sites
        add column retries int not null default 0,
        add column retry_share double precision not null default 0.25,
        add column retries_at_least int not null default 200`)
  }

  override down(): void {
    this.addSql('alter table bulk_job_sites drop column retries, drop column retry_share, drop column retries_at_least')
  }
}
