import { Migration } from '@mikro-orm/migrations'

/** Sites that are looked at to see whether they need a browser. Expand only. */
export class Render extends Migration {
  override name = '0007-render'

  override up(): void {
    this.addSql(`
      alter table bulk_job_sites
        add column looks_for_shells boolean not null default false,
        add column shells int not null default 0,
        add column shell_since timestamptz,
        add column rendered_since timestamptz`)
    this.addSql('alter table urls add column needs_browser boolean not null default false')
  }

  override down(): void {
    this.addSql('alter table urls drop column needs_browser')
    this.addSql(`
      alter table bulk_job_sites drop column looks_for_shells, drop column shells, drop column shell_since,
        drop column rendered_since`)
  }
}
