import { Migration } from '@mikro-orm/migrations'

/** Runs that start by themselves. A tick's key is its time, so that it starts one run, whoever sees it. Expand only. */
export class Schedules extends Migration {
  override name = '0018-schedules'

  override up(): void {
    this.addSql(`
      create table schedules (
        id uuid not null primary key,
        name text not null constraint schedules_name unique,
        cron text not null,
        time_zone text not null,
        options jsonb not null,
        enabled boolean not null,
        overlap text not null,
        catch_up_ms int not null,
        version int not null default 1,
        next_at timestamptz,
        created_at timestamptz not null,
        updated_at timestamptz not null
      )`)
    this.addSql('create index schedules_due on schedules (next_at) where enabled')
    this.addSql(`
      create table schedule_ticks (
        schedule_id uuid not null constraint schedule_ticks_schedule_id_foreign references schedules (id) on delete cascade,
        at timestamptz not null,
        state text not null,
        reason text,
        run_id uuid,
        primary key (schedule_id, at)
      )`)
    this.addSql(`create index schedule_ticks_queued on schedule_ticks (schedule_id) where state = 'queued'`)
    this.addSql('alter table bulk_jobs add column schedule_id uuid')
    this.addSql('create index bulk_jobs_schedule on bulk_jobs (schedule_id) where schedule_id is not null')
  }

  override down(): void {
    this.addSql('drop index bulk_jobs_schedule')
    this.addSql('alter table bulk_jobs drop column schedule_id')
    this.addSql('drop table schedule_ticks')
    this.addSql('drop table schedules')
  }
}
