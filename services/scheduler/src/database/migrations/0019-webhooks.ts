import { Migration } from '@mikro-orm/migrations'

/** Whom to tell of what, and each event on its way: one row for a webhook and an event, whoever sees it how often. Expand only. */
export class Webhooks extends Migration {
  override name = '0019-webhooks'

  override up(): void {
    this.addSql(`
      create table webhooks (
        id uuid not null primary key,
        name text not null constraint webhooks_name unique,
        url text not null,
        events jsonb not null,
        sites jsonb,
        enabled boolean not null,
        secret text not null,
        previous_secret text,
        previous_until timestamptz,
        version int not null default 1,
        failures int not null default 0,
        failing_since timestamptz,
        disabled_reason text,
        last_delivered_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`)
    this.addSql(`
      create table webhook_deliveries (
        id uuid not null primary key,
        webhook_id uuid not null constraint webhook_deliveries_webhook_id_foreign references webhooks (id) on delete cascade,
        event_id uuid not null,
        event text not null,
        run_id uuid,
        site text,
        payload text not null,
        state text not null,
        attempts int not null default 0,
        failures int not null default 0,
        next_at timestamptz,
        lease_until timestamptz,
        give_up_at timestamptz not null,
        status int,
        error text,
        response text,
        duration_ms double precision,
        created_at timestamptz not null,
        delivered_at timestamptz,
        constraint webhook_deliveries_once unique (webhook_id, event_id, event)
      )`)
    this.addSql(
      `create index webhook_deliveries_due on webhook_deliveries (webhook_id, next_at) where state = 'waiting'`,
    )
    this.addSql(
      `create index webhook_deliveries_sent on webhook_deliveries (webhook_id, lease_until) where state = 'sent'`,
    )
    this.addSql('create index webhook_deliveries_list on webhook_deliveries (webhook_id, created_at)')
  }

  override down(): void {
    this.addSql('drop table webhook_deliveries')
    this.addSql('drop table webhooks')
  }
}
