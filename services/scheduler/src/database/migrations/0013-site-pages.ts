import { Migration } from '@mikro-orm/migrations'

/**
 * What is known of a site's pages after its last export. No foreign keys: like the history of pages it stays when the runs it is from are
 * gone. What is the same after a run is not written: `last_run_id` null stands for the run of `site_exports`. Expand only.
 */
export class SitePages extends Migration {
  override name = '0013-site-pages'

  override up(): void {
    this.addSql(`
      create table site_pages (
        id uuid not null primary key,
        site text not null,
        url text collate "C" not null,
        state text not null,
        reason text not null,
        status int not null,
        title text,
        name text,
        price double precision,
        currency text,
        availability text,
        issues text[] not null,
        changes text[] not null,
        changed_run_id uuid,
        changed_at timestamptz,
        first_run_id uuid not null,
        first_at timestamptz not null,
        last_run_id uuid,
        last_at timestamptz
      ) with (fillfactor = 85)`)
    this.addSql('create index site_pages_url on site_pages (site, url)')
    this.addSql('create index site_pages_changed on site_pages (site, changed_at)')
    this.addSql('create index site_pages_unseen on site_pages (last_at) where last_at is not null')
    this.addSql(`
      create table site_exports (
        site text not null primary key,
        run_id uuid not null,
        attempt int not null,
        at timestamptz not null,
        previous_run_id uuid,
        previous_at timestamptz
      )`)
    this.addSql('create index page_changes_at on page_changes (at)')
  }

  override down(): void {
    this.addSql('drop index page_changes_at')
    this.addSql('drop table site_exports')
    this.addSql('drop table site_pages')
  }
}
