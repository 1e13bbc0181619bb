import { Migration } from '@mikro-orm/migrations'

/** The trace that a run was asked for in, so that whoever works on it later, whichever process, is in the same one. */
export class Traces extends Migration {
  override name = '0020-traces'

  override up(): void {
    this.addSql('alter table bulk_jobs add column trace_parent text')
  }

  override down(): void {
    this.addSql('alter table bulk_jobs drop column trace_parent')
  }
}
