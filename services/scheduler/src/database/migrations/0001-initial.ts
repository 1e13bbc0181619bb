import { Migration } from '@mikro-orm/migrations'

/**
 * The first schema. `urls`, `discovery_batches` and `bulk_job_site_hosts` have no foreign keys: a check for each of
 * millions of rows would cost more than the insert, and all writers hold the lock of the site run.
 */
export class Initial extends Migration {
  override name = '0001-initial'

  override up(): void {
    this.addSql(`
      create table sites (
        name text primary key,
        config jsonb not null,
        version int not null,
        enabled boolean not null,
        position int not null,
        imported_at timestamptz not null
      )`)
    this.addSql(`
      create table bulk_jobs (
        id uuid primary key,
        status text not null,
        reason text,
        options jsonb not null,
        correlation_id text not null,
        idempotency_key text,
        concurrency int not null,
        steps jsonb not null,
        archive jsonb,
        archive_attempt int not null default 0,
        archive_base int not null default 0,
        archive_failures int not null default 0,
        archive_lost int not null default 0,
        archive_asked_at timestamptz,
        flag text,
        pages_per_second double precision not null default 0,
        eta jsonb not null,
        created_at timestamptz not null,
        started_at timestamptz,
        finished_at timestamptz
      )`)
    this.addSql('create index bulk_jobs_created on bulk_jobs (created_at)')
    this.addSql(`create index bulk_jobs_active on bulk_jobs (created_at) where status in ('waiting', 'running')`)
    this.addSql(
      'create index bulk_jobs_idempotency on bulk_jobs (idempotency_key, created_at) where idempotency_key is not null',
    )
    this.addSql(`
      create table bulk_job_sites (
        id uuid primary key,
        job_id uuid not null constraint bulk_job_sites_job_id_foreign references bulk_jobs on delete cascade,
        site text not null,
        position int not null,
        status text not null,
        step text,
        reason text,
        plan jsonb not null,
        pool text not null,
        rate_per_second double precision not null,
        concurrency int not null,
        max_attempts int not null,
        previous_run_id uuid,
        discovered int not null default 0,
        ok int not null default 0,
        unchanged int not null default 0,
        failed int not null default 0,
        skipped int not null default 0,
        pending int not null default 0,
        admitted int not null default 0,
        sources int not null default 0,
        sources_pending int not null default 0,
        sources_failed int not null default 0,
        batches_missing int not null default 0,
        source_batches_missing int not null default 0,
        batch_rounds int not null default 0,
        bytes bigint not null default 0,
        known_after text,
        known_done boolean not null default false,
        attempt_base int not null default 0,
        steps jsonb not null,
        settled_at timestamptz,
        export_attempt int not null default 0,
        export_base int not null default 0,
        export_failures int not null default 0,
        export_lost int not null default 0,
        export_rounds int not null default 0,
        export_asked_at timestamptz,
        diff jsonb,
        artifacts jsonb not null,
        pages_per_second double precision not null default 0,
        eta jsonb not null,
        started_at timestamptz,
        finished_at timestamptz,
        constraint bulk_job_sites_job_site unique (job_id, site),
        constraint bulk_job_sites_balance check (discovered = ok + unchanged + failed + skipped + pending)
      )`)
    this.addSql('create index bulk_job_sites_order on bulk_job_sites (job_id, position)')
    this.addSql(`create index bulk_job_sites_running on bulk_job_sites (job_id) where status = 'running'`)
    this.addSql(`create index bulk_job_sites_last on bulk_job_sites (site, finished_at) where status = 'completed'`)
    this.addSql(`
      create table bulk_job_site_reasons (
        site_run_id uuid not null constraint bulk_job_site_reasons_site_run_id_foreign
          references bulk_job_sites on delete cascade,
        outcome text not null,
        reason text not null,
        n int not null,
        primary key (site_run_id, outcome, reason)
      )`)
    this.addSql(`
      create table bulk_job_site_hosts (
        host text not null,
        site_run_id uuid not null,
        served_at timestamptz not null,
        primary key (host, site_run_id)
      )`)
    this.addSql('create index bulk_job_site_hosts_run on bulk_job_site_hosts (site_run_id)')
    this.addSql(`
      create table bulk_job_progress (
        id bigserial primary key,
        job_id uuid not null constraint bulk_job_progress_job_id_foreign references bulk_jobs on delete cascade,
        site text,
        at timestamptz not null,
        counts jsonb not null,
        bytes bigint not null,
        pages_per_second double precision not null,
        eta jsonb not null
      )`)
    this.addSql('create index bulk_job_progress_job on bulk_job_progress (job_id, site, at)')
    this.addSql(`
      create table urls (
        id uuid primary key,
        site_run_id uuid not null,
        url text collate "C" not null,
        host text not null,
        kind text not null,
        source text not null,
        depth int not null,
        redirects int not null,
        priority smallint not null,
        optional boolean not null default false,
        state smallint not null,
        outcome text,
        reason text not null default '',
        detail text,
        status smallint not null default 0,
        attempt int not null default 0,
        failures smallint not null default 0,
        losses smallint not null default 0,
        won_attempt int not null default 0,
        next_attempt_at timestamptz not null,
        leased_at timestamptz,
        lease_until timestamptz,
        lastmod text,
        etag text,
        last_modified text,
        announced_batches int not null default 0,
        record_run_id uuid,
        duration_ms real not null default 0,
        bytes int not null default 0,
        done_at timestamptz
      )`)
    // Every URL's row changes at least twice: what vacuum leaves behind is scanned by the next claim.
    this.addSql('alter table urls set (autovacuum_vacuum_scale_factor = 0.05, autovacuum_analyze_scale_factor = 0.05)')
    this.addSql('create index urls_claim on urls (host, site_run_id, priority, next_attempt_at) where state = 0')
    this.addSql('create index urls_slots on urls (host, lease_until) where lease_until is not null')
    this.addSql('create index urls_ledger on urls (site_run_id, url)')
    this.addSql(`create index urls_sources on urls (site_run_id) where kind <> 'page'`)
    this.addSql(`
      create table discovery_batches (
        url_id uuid not null,
        attempt int not null,
        batch int not null,
        primary key (url_id, attempt, batch)
      )`)
    this.addSql(`
      create table hosts (
        host text primary key,
        due_at timestamptz not null default 'epoch',
        wake_at timestamptz
      )`)
    this.addSql('create index hosts_wake on hosts (wake_at) where wake_at is not null')
    this.addSql(`
      create table outbox (
        id uuid primary key,
        position bigserial constraint outbox_position_unique unique,
        event jsonb not null
      )`)
  }

  override down(): void {
    for (const table of [
      'outbox',
      'hosts',
      'discovery_batches',
      'urls',
      'bulk_job_progress',
      'bulk_job_site_hosts',
      'bulk_job_site_reasons',
      'bulk_job_sites',
      'bulk_jobs',
      'sites',
    ])
      this.addSql(`drop table ${table}`)
  }
}
