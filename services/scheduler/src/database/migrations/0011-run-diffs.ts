import { Migration } from '@mikro-orm/migrations'

/** Comparisons of two chosen runs, site by site; and the parts of an archive. Expand only. */
export class RunDiffs extends Migration {
  override name = '0011-run-diffs'

  override up(): void {
    this.addSql(`
      create table run_diffs (
        id uuid primary key,
        before_run_id uuid not null,
        after_run_id uuid not null,
        site text,
        correlation_id text not null,
        created_at timestamptz not null,
        finished_at timestamptz
      )`)
    this.addSql('create index run_diffs_after on run_diffs (after_run_id)')
    this.addSql(`
      create table run_diff_sites (
        diff_id uuid not null constraint run_diff_sites_diff_id_foreign references run_diffs (id) on delete cascade,
        site text collate "C" not null,
        status text not null,
        reason text,
        all_sources_read boolean not null,
        attempt int not null default 0,
        asked_at timestamptz,
        counts jsonb,
        artifact jsonb,
        primary key (diff_id, site)
      )`)
    this.addSql(`create index run_diff_sites_pending on run_diff_sites (asked_at) where status = 'pending'`)
    this.addSql('alter table bulk_jobs add column archive_parts jsonb')
  }

  override down(): void {
    this.addSql('drop table run_diff_sites')
    this.addSql('drop table run_diffs')
    this.addSql('alter table bulk_jobs drop column archive_parts')
  }
}
