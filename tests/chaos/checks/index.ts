import type { Check, RoundEvidence } from '../round-evidence.ts'
import { addressesGuarded } from './addresses-guarded.ts'
import { archiveTrue } from './archive-true.ts'
import { concurrencyKept } from './concurrency-kept.ts'
import { eventsGapless } from './events-gapless.ts'
import { hashesTrue } from './hashes-true.ts'
import { ledgerBalances } from './ledger-balances.ts'
import { memoryBounded } from './memory-bounded.ts'
import { nothingLeft } from './nothing-left.ts'
import { oneRowEach } from './one-row-each.ts'
import { paceKept } from './pace-kept.ts'
import { removedRightly } from './removed-rightly.ts'
import { runEnded } from './run-ended.ts'
import { sameBytes } from './same-bytes.ts'

/** Every check of a round by its name; the invariant first. */
export const checks: Readonly<Record<string, Check>> = {
  'I1 run ended': runEnded,
  'I1 ledger balances': ledgerBalances,
  'I2 one row each': oneRowEach,
  'I2 archive true': archiveTrue,
  'I2 hashes true': hashesTrue,
  'I2 events gapless': eventsGapless,
  'I3 pace kept': paceKept,
  'I3 concurrency kept': concurrencyKept,
  'I5 nothing left': nothingLeft,
  'I6 removed rightly': removedRightly,
  'I7 memory bounded': memoryBounded,
  'I8 same bytes': sameBytes,
  'I9 addresses guarded': addressesGuarded,
}

/** What breaks an invariant: the check's name and a sentence. */
export function judge(evidence: RoundEvidence): string[] {
  return Object.entries(checks).flatMap(([name, check]) => check(evidence).map((problem) => `${name}: ${problem}`))
}
