import { existsSync, readdirSync, readlinkSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bus } from '@seine/bus'
import { type KnownPages, knownPageLimits, knownPages, newId } from '@seine/contracts'
import type { Change, JoinedPage } from '@seine/reports'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { type KnownSpool, knownPage, openKnownSpool } from './known-spool.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'known-spool-test-'))
})
afterEach(() => rm(dir, { recursive: true }))

const of = { runId: newId(), site: 'shop', attempt: 3, isCompared: true }
const url = (n: number) => `https://shop.example/p/${n}`
const product = { name: 'Lamp', price: 9.5, currency: 'EUR', availability: 'InStock' }
const record = { status: 200, fetchedAt: '2026-11-20T10:00:00.000Z', seo: { title: 'Lamp | Shop' }, product }
const page = (n: number, over: Record<string, unknown> = {}) =>
  ({
    url: url(n),
    ledger: { outcome: 'ok', reason: '', status: 200 },
    record,
    previous: null,
    ...over,
  }) as unknown as JoinedPage
const change = (over: Partial<Change>): Change => ({
  ...{ url: url(1), change: 'changed', field: null, old: null, new: null, difference: null, percent: null },
  ...{ name: null, reason: null, ...over },
})

async function published(spool: KnownSpool): Promise<KnownPages[]> {
  const messages: KnownPages[] = []
  const publish = async (_definition: unknown, message: KnownPages): Promise<void> => {
    messages.push(knownPages.schema.parse(message))
  }
  await spool.publish({ publish } as unknown as Pick<Bus, 'publish'>, of, new AbortController().signal)
  return messages
}

const handles = '/proc/self/fd'

test.runIf(existsSync(handles)).each([0, 3])('no file stays open after %i pages were published', async (pages) => {
  const file = join(dir, 'known')
  await using spool = openKnownSpool(file)
  for (let n = 0; n < pages; n++) {
    await spool.add(page(n), [], true)
    await spool.addIssues(['h1-missing'])
  }
  await published(spool)
  const open = () =>
    readdirSync(handles).filter((fd) => {
      try {
        return readlinkSync(join(handles, fd)).startsWith(file)
      } catch {
        return false // It was closed meanwhile.
      }
    })
  await vi.waitFor(() => expect(open()).toEqual([]))
})

test('pages are published with their issues, in the order in which they came', async () => {
  await using spool = openKnownSpool(join(dir, 'known'))
  await spool.add(page(1), [change({ field: 'Price' }), change({ field: 'Name' })], true)
  await spool.add(page(2, { ledger: null, previous: record }), [], false)
  await spool.add(page(3), [change({ change: 'added' })], true)
  await spool.addIssues(['title-missing', 'h1-missing'])
  await spool.addIssues([])
  const [batch, ...more] = await published(spool)
  expect(more).toEqual([])
  expect(batch).toMatchObject({ ...of, batch: 0 })
  expect(batch?.pages).toEqual([
    {
      ...{ url: url(1), state: 'ok', reason: '', status: 200, title: 'Lamp | Shop', ...product },
      ...{ issues: ['title-missing', 'h1-missing'], changes: ['Price', 'Name'], fetchedAt: record.fetchedAt },
    },
    expect.objectContaining({ url: url(2), state: 'not-checked', issues: [], changes: [], fetchedAt: null }),
    expect.objectContaining({ url: url(3), issues: [], changes: ['added'] }),
  ])
})

test.each<[string, Record<string, unknown>, Change[], boolean, unknown]>([
  ['unchanged pages are ok', { ledger: { outcome: 'unchanged', reason: '', status: 304 } }, [], true, { state: 'ok' }],
  [
    'a page that fails keeps its name, not its price',
    { ledger: { outcome: 'failed', reason: 'timeout', status: 0 }, record: null, previous: record },
    [change({ change: 'not_checked', reason: 'timeout' })],
    true,
    { state: 'failed', reason: 'timeout', status: 0, name: 'Lamp', price: null, title: 'Lamp | Shop', changes: [] },
  ],
  [
    'a page that is there no more is called what it was called',
    {
      ...{ ledger: { outcome: 'failed', reason: 'http-410', status: 410 }, previous: record },
      record: { ...record, status: 410, seo: null, product: null },
    },
    [change({ change: 'removed', reason: 'http-410' })],
    true,
    { state: 'failed', reason: 'http-410', status: 410, name: 'Lamp', title: 'Lamp | Shop', changes: ['removed'] },
  ],
  [
    'a page that is in no source any more is gone',
    { ledger: null, record: null, previous: record },
    [change({ change: 'removed', reason: 'in-no-source' })],
    false,
    { state: 'gone', reason: 'in-no-source', changes: ['removed'] },
  ],
  [
    'a page that was gone before and is in no source any more stays gone',
    { ledger: null, record: null, previous: { ...record, status: 404, seo: null, product: null } },
    [],
    false,
    { state: 'gone', status: 404, changes: [] },
  ],
  [
    'a page beyond the limit that was there before is not checked',
    { ledger: { outcome: 'skipped', reason: 'limit', status: 0 }, record: null, previous: record },
    [],
    false,
    { state: 'not-checked', reason: 'limit' },
  ],
  [
    'a page out of scope that never was one is none',
    { ledger: { outcome: 'skipped', reason: 'scope-host', status: 0 }, record: null },
    [],
    false,
    null,
  ],
])('%s', (_, over, changes, isReported, expected) => {
  const known = knownPage(page(1, over), changes, isReported)
  if (expected === null) expect(known).toBeNull()
  else expect(known).toMatchObject(expected as object)
})

test('batches are cut at their number of pages and their bytes, texts at their length', async () => {
  const long = 'ü'.repeat(2_000)
  await using spool = openKnownSpool(join(dir, 'known'))
  const pages = knownPageLimits.maxPerBatch * 3
  for (let n = 0; n < pages; n++) {
    await spool.add(page(n, n < 1_000 ? {} : { record: { ...record, seo: { title: long } } }), [], true)
    await spool.addIssues(Array.from({ length: 200 }, (_, i) => `some-longer-code-${i}`))
  }
  const batches = await published(spool)
  expect(batches.flatMap((batch) => batch.pages.map((one) => one.url))).toEqual(
    Array.from({ length: pages }, (_, n) => url(n)),
  )
  for (const batch of batches) expect(JSON.stringify(batch).length).toBeLessThan(2 * knownPageLimits.maxBatchBytes)
  expect(batches.map(({ batch }) => batch)).toEqual(batches.map((_, n) => n))
  const last = batches.at(-1)?.pages.at(-1)
  expect(last?.title).toHaveLength(knownPageLimits.maxTextChars)
  expect(last?.issues).toHaveLength(knownPageLimits.maxIssues)
})

test('a site without pages is told, too', async () => {
  await using spool = openKnownSpool(join(dir, 'known'))
  expect(await published(spool)).toEqual([{ ...of, batch: 0, pages: [] }])
})
