import { Migration } from '@mikro-orm/migrations'

/** What the record of a page was made of, so that the next run can tell that it is the same. Expand only: both may be null. */
export class KnownContent extends Migration {
  override name = '0002-known-content'

  override up(): void {
    this.addSql('alter table urls add column content_page text, add column content_extraction text')
  }

  override down(): void {
    this.addSql('alter table urls drop column content_page, drop column content_extraction')
  }
}
