import { expect, it } from 'vitest'
import { maxLedgerReplyBytes, withinReply } from './read-ledger.ts'

const rows = (n: number, urlChars: number) =>
  Array.from({ length: n }, (_, i) => ({ url: `http://a.test/${i}/`.padEnd(urlChars, 'x'), reason: '' }))

it('sends all rows that were asked for where they are short', () => {
  expect(withinReply(rows(1_000, 60))).toHaveLength(1_000)
})

it('sends fewer where a thousand would pass the broker’s limit', () => {
  const sent = withinReply(rows(1_000, 2_048))
  expect(JSON.stringify(sent).length).toBeLessThan(maxLedgerReplyBytes)
  expect(sent.length).toBeGreaterThan(200)
})

it('always sends one, so that the reader gets on, and none only at the end', () => {
  expect(withinReply([{ url: 'x'.repeat(2 * maxLedgerReplyBytes), reason: '' }])).toHaveLength(1)
  expect(withinReply([])).toEqual([])
})
