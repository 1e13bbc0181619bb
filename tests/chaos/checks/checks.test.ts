import { describe, expect, test } from 'vitest'
import type { LedgerRow, RoundEvidence, Row } from '../round-evidence.ts'
import { counts, goodRound, ledgerRow, origin, reading, seoRow, visit } from './good-round.ts'
import { checks, judge } from './index.ts'

/** Each check is shown a round that is wrong in one way: a check that can't fail proves nothing. */
const home = `${origin}/`
const shop = goodRound.reports.get('shop')!
const withReports = (more: Partial<typeof shop>) => ({ reports: new Map([['shop', { ...shop, ...more }]]) })
const withSite = (more: object) => ({
  run: { ...goodRound.run, sites: [{ ...goodRound.run.sites[0]!, ...more }] },
})
const withSeo = (more: Row) => withReports({ seo: [seoRow(home, more), ...shop.seo.slice(1)] })
const withEvents = (change: (events: RoundEvidence['events']) => RoundEvidence['events']) => {
  const events = change(goodRound.events)
  return { events, followed: [{ by: 'a follower', seqs: events.map(({ seq }) => seq) }] }
}
const [first, ...rest] = goodRound.events
const ledger = (...rows: LedgerRow[]) => ({ ledger: rows })

type Wrong = Record<string, Record<string, Partial<RoundEvidence>>>
const wrong: Wrong = {
  'I1 run ended': {
    'a run that goes on': { run: { ...goodRound.run, finishedAt: null } },
    'a run that failed': { run: { ...goodRound.run, status: 'failed' } },
    'a site that failed': withSite({ status: 'failed', reason: 'preflight' }),
  },
  'I1 ledger balances': {
    'counters that do not add up': withSite({ counts: { ...counts, ok: 2 } }),
    'pages that are pending at the end': withSite({ counts: { ...counts, pending: 1, ok: 0 } }),
    'a row less than was counted': ledger(goodRound.ledger[0]!),
    'rows that say otherwise than counters': ledger(ledgerRow(home), ledgerRow(`${origin}/gone`)),
    'a row that was never done': ledger(ledgerRow(home, { state: 1, outcome: null }), goodRound.ledger[1]!),
    'a failure without a reason': ledger(ledgerRow(home), ledgerRow(`${origin}/gone`, { outcome: 'failed' })),
  },
  'I2 one row each': {
    'a page twice in the ledger': ledger(...goodRound.ledger, ledgerRow(home)),
    'a page that is not in the ledger': ledger(goodRound.ledger[1]!),
    'a page twice in the report': withReports({ seo: [...shop.seo, seoRow(home)] }),
    'a page that is not in the report': withReports({ seo: shop.seo.slice(1) }),
    'a page that was asked for and has no row': { visits: [visit(0, { path: '/other' })] },
  },
  'I2 archive true': {
    'no reports of a site': { reports: new Map() },
    'another title': withSeo({ 'Title 1': 'Away' }),
    'another hash': withSeo({ Hash: 'bb' }),
    'another size': withSeo({ 'Size (Bytes)': '11' }),
    'another heading': withSeo({ 'H1-1': 'Away' }),
    'another description': withSeo({ 'Meta Description 1': 'Else' }),
    'another status': withSeo({ 'Status Code': '500' }),
    'a failure of a page that is served': withSeo({ Outcome: 'failed' }),
    'another price': withReports({ full: [{ URL: home, Price: '9.8' }] }),
    'no price': withReports({ full: [] }),
    'a page that nobody serves': withReports({ seo: [...shop.seo, seoRow(`${origin}/made-up`)] }),
    'a 404 that nobody answered': { visits: goodRound.visits.slice(0, 2) },
    'a forbidden address that is ok': withReports({ seo: [...shop.seo, seoRow('http://no.test/')] }),
  },
  'I2 hashes true': {
    'no files': { files: [] },
    'a file that is not there': { files: [{ ...goodRound.files[0]!, sha256: null }] },
    'another hash than was said': { files: [{ ...goodRound.files[0]!, sha256: 'bb' }] },
    'another size than was said': { files: [{ ...goodRound.files[0]!, bytes: 9 }] },
  },
  'I2 events gapless': {
    'an event twice': withEvents((events) => [first!, { ...first!, seq: 1.5 }, ...events.slice(1)]),
    'no run.created': withEvents(() => rest),
    'two ends of a site': withEvents((events) => [
      ...events.slice(0, 4),
      { seq: 6, event: { ...events[3]!.event, id: 'another' } },
      events[4]!,
    ]),
    'an event after the end': withEvents((events) => [
      ...events,
      { seq: 10, event: { ...events[3]!.event, id: 'late', type: 'site.progress' } as never },
    ]),
    'a follower with a gap': { followed: [{ by: 'a follower', seqs: [1, 2, 5, 9] }] },
    'a follower who is told twice': { followed: [{ by: 'a follower', seqs: [1, 2, 2, 4, 5, 9] }] },
    'a follower who is told out of order': { followed: [{ by: 'a follower', seqs: [2, 1, 4, 5, 9] }] },
    'an archive that misses the end of a site': { archivedEvents: [] },
  },
  'I3 pace kept': {
    'a request more at once than the burst': { visits: [visit(0), visit(0), visit(0), visit(0)] },
    'a rate a tenth too high': { visits: Array.from({ length: 60 }, (_, i) => visit(i * 90)) },
  },
  'I3 concurrency kept': {
    'three open where two may be': { visits: [0, 1, 2].map((atMs) => visit(atMs)) },
    'one that never ended beside two': { visits: [visit(0, { endMs: null }), visit(500), visit(501)] },
  },
  'I5 nothing left': {
    'tasks that nobody works on': { leftovers: { tasks: 2 } },
    'a line that no fault excuses': { badLines: ['scheduler-1 wrote: TypeError'] },
  },
  'I6 removed rightly': {
    'a served page that is called removed': withReports({ diff: [...shop.diff, { URL: home, Change: 'removed' }] }),
    'a broken page that is called removed': {
      served: new Map([
        ['shop', { pages: new Map([[`${origin}/gone`, reading({ status: 500 })]]), forbidden: new Set() }],
      ]),
    },
    'a page that is gone and not called removed': withReports({ diff: [] }),
  },
  'I7 memory bounded': { 'a service that takes too much': { megabytes: { 'fetcher-1': 400 } } },
  'I8 same bytes': {
    'a file that differs after a second export': { filesAgain: [{ ...goodRound.files[0]!, sha256: 'bb' }] },
    'a file that is not there after it': { filesAgain: [] },
    'a file that only came with it': { filesAgain: [...goodRound.files, { ...goodRound.files[0]!, name: 'new.csv' }] },
    'no second export at all': { exportedAgain: 0 },
  },
  'I9 addresses guarded': {
    'a request to the forbidden address': { forbidden: ['GET secret'] },
    'a request for a host that is none of the world’s': { visits: [visit(0, { status: 421 })] },
  },
}

test('a round in which all went well is found to be so', () => {
  expect(judge(goodRound)).toEqual([])
})

test('every check is shown something wrong here', () => {
  expect(Object.keys(wrong).sort()).toEqual(Object.keys(checks).sort())
})

for (const [name, spoilt] of Object.entries(wrong))
  describe(name, () => {
    test.each(Object.entries(spoilt))('finds %s', (_what, more) => {
      expect(checks[name]!({ ...goodRound, ...more })).not.toEqual([])
    })
  })

describe('a server that was kept waiting', () => {
  test('accuses nobody: requests that may have come earlier are taken as if they had', () => {
    const late = [visit(0), visit(1_000, { earliestMs: 100 }), visit(1_000, { earliestMs: 100 })]
    const stalled = [...late, visit(1_001, { earliestMs: 100 })]
    expect(checks['I3 pace kept']!({ ...goodRound, visits: stalled })).toEqual([])
  })

  test('still knows a rate that is too high over the whole time', () => {
    const visits = Array.from({ length: 40 }, (_, i) => visit(i * 50, { earliestMs: i * 50 - 30 }))
    expect(checks['I3 pace kept']!({ ...goodRound, visits })).not.toEqual([])
  })
})
