import { Migration } from '@mikro-orm/migrations'

/** Who did what, and when. Expand only. */
export class Audit extends Migration {
  override name = '0017-audit'

  override up(): void {
    this.addSql(`
      create table audit (
        id uuid primary key,
        at timestamptz not null,
        actor text not null,
        action text not null,
        subject text not null,
        details jsonb not null,
        correlation_id text
      )`)
    this.addSql('create index audit_subject on audit (subject, id)')
    this.addSql('create index audit_actor on audit (actor, id)')
  }

  override down(): void {
    this.addSql('drop table audit')
  }
}
