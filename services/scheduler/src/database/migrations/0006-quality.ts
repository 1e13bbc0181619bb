import { Migration } from '@mikro-orm/migrations'

/** What the quality gates said of a site run. Expand only: null until its export, and for runs of before. */
export class SiteQuality extends Migration {
  override name = '0006-quality'

  override up(): void {
    this.addSql('alter table bulk_job_sites add column quality jsonb')
  }

  override down(): void {
    this.addSql('alter table bulk_job_sites drop column quality')
  }
}
