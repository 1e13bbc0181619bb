import { Migration } from '@mikro-orm/migrations'

/** How fast a host answers: by that more tasks are sent ahead. Slots of test-fetches are the fetchers' to keep now. */
export class AnswerTime extends Migration {
  override name = '0021-answer-time'

  override up(): void {
    this.addSql('alter table hosts add column answer_ms real')
    this.addSql(`delete from urls where source = 'probe'`)
  }

  override down(): void {
    this.addSql('alter table hosts drop column answer_ms')
  }
}
