import { Migration } from '@mikro-orm/migrations'

/** Unexpected errors of services and clients, one row a fault. Expand only. */
export class ErrorRegistry extends Migration {
  override name = '0015-error-registry'

  override up(): void {
    this.addSql(`
      create table error_groups (
        fingerprint text primary key,
        service text not null,
        level text not null,
        name text not null,
        message text not null,
        stack text,
        context jsonb not null,
        correlation_id text,
        count bigint not null,
        first_seen timestamptz not null,
        last_seen timestamptz not null,
        resolved_at timestamptz
      )`)
    this.addSql('create index error_groups_seen on error_groups (last_seen)')
  }

  override down(): void {
    this.addSql('drop table error_groups')
  }
}
