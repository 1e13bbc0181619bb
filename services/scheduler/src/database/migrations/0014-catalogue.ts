import { Migration } from '@mikro-orm/migrations'

/**
 * Sites become a catalogue that files and the API write: where each came from, who changed it last, and what of the files
 * has been taken over. Expand only.
 */
export class SiteCatalogue extends Migration {
  override name = '0014-catalogue'

  override up(): void {
    this.addSql(`alter table sites add column origin text not null default 'file',
      add column updated_at timestamptz not null default now(), add column updated_by text not null default 'sites.json',
      alter column imported_at drop not null`)
    this.addSql('update sites set updated_at = imported_at')
    this.addSql(`
      create table catalogue_file_entries (
        file text not null,
        name text not null,
        fingerprint text not null,
        primary key (file, name)
      )`)
    this.addSql('create index bulk_job_sites_site on bulk_job_sites (site, id)')
    this.addSql(`create index bulk_job_sites_site_open on bulk_job_sites (site) where status in ('waiting', 'running')`)
  }

  override down(): void {
    this.addSql('drop index bulk_job_sites_site_open')
    this.addSql('drop index bulk_job_sites_site')
    this.addSql('drop table catalogue_file_entries')
    this.addSql('delete from sites where imported_at is null')
    this.addSql(`alter table sites drop column origin, drop column updated_at, drop column updated_by,
      alter column imported_at set not null`)
  }
}
