import { Migration } from '@mikro-orm/migrations'

/** How many pages of a site run are stored, and whether its export is to be made from them, or was. Expand only. */
export class StoredPages extends Migration {
  override name = '0008-stored-pages'

  override up(): void {
    this.addSql(`alter table bulk_job_sites add column reextract boolean not null default false,
      add column reextracted boolean not null default false, add column stored_pages jsonb`)
  }

  override down(): void {
    this.addSql('alter table bulk_job_sites drop column reextract, drop column reextracted, drop column stored_pages')
  }
}
