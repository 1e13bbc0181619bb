import { Migration } from '@mikro-orm/migrations'

/**
 * The history of pages. Runs are UUIDv7, so the primary key has a page's changes in the order of time. No foreign keys: history stays
 * when the run it is from is gone. Expand only.
 */
export class PageChanges extends Migration {
  override name = '0009-page-changes'

  override up(): void {
    this.addSql(`
      create table page_changes (
        page_id uuid not null,
        run_id uuid not null,
        field text not null,
        site text not null,
        url text not null,
        change text not null,
        old jsonb,
        new jsonb,
        difference double precision,
        percent double precision,
        name text,
        reason text,
        price double precision,
        currency text,
        at timestamptz not null,
        primary key (page_id, run_id, field)
      )`)
    this.addSql('create index page_changes_run on page_changes (run_id, site)')
    this.addSql('alter table bulk_job_sites add column changes_attempt int not null default 0')
  }

  override down(): void {
    this.addSql('drop table page_changes')
    this.addSql('alter table bulk_job_sites drop column changes_attempt')
  }
}
