import { mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Bus } from '@seine/bus'
import { changeLimits, newId, type PageChanges, pageChanges } from '@seine/contracts'
import type { Change, JoinedPage } from '@seine/reports'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { type ChangeSpool, openChangeSpool } from './change-spool.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'change-spool-test-'))
})
afterEach(() => rm(dir, { recursive: true }))

const of = { runId: newId(), site: 'shop', attempt: 3 }
const change = (n: number, over: Partial<Change> = {}): Change => ({
  ...{ url: `https://shop.example/p/${n}`, change: 'changed', field: 'Price', old: 10, new: 9.5, difference: -0.5 },
  ...{ percent: -5, name: 'Lamp', reason: null, ...over },
})
const page = (price: number | null) =>
  ({
    record: { fetchedAt: '2026-11-20T10:00:00.000Z', product: price === null ? null : { price, currency: 'EUR' } },
  }) as unknown as JoinedPage

async function published(spool: ChangeSpool): Promise<PageChanges[]> {
  const messages: PageChanges[] = []
  const publish = async (_definition: unknown, message: PageChanges): Promise<void> => {
    messages.push(pageChanges.schema.parse(message))
  }
  await spool.publish({ publish } as unknown as Pick<Bus, 'publish'>, of, new AbortController().signal)
  return messages
}

test('a text may hold whatever ends a line elsewhere', async () => {
  await using spool = openChangeSpool(join(dir, 'changes'))
  const texts = ['a\u2028b', 'a\u2029b', 'a\u0085b', 'a\rb', 'a\nb']
  for (const [n, text] of texts.entries())
    await spool.add(change(n, { field: 'Title 1', old: null, new: text }), page(1))
  expect((await published(spool)).flatMap(({ changes }) => changes.map((one) => one.new))).toEqual(texts)
})

test('changes are published in the order they came, with the price that the product has then', async () => {
  await using spool = openChangeSpool(join(dir, 'changes'))
  await spool.add(change(1), page(9.5))
  await spool.add(change(2, { change: 'added', field: null, old: null, new: null }), page(20))
  await spool.add(change(3, { change: 'removed', field: null, reason: 'http-404' }), page(1))
  const [batch, ...more] = await published(spool)
  expect(more).toEqual([])
  expect(batch).toMatchObject({ ...of, batch: 0 })
  expect(batch?.changes).toMatchObject([
    { url: 'https://shop.example/p/1', field: 'Price', old: 10, new: 9.5, price: 9.5, currency: 'EUR' },
    { url: 'https://shop.example/p/2', change: 'added', field: null, price: 20 },
    { url: 'https://shop.example/p/3', change: 'removed', reason: 'http-404', price: null, currency: null },
  ])
})

test('a page that was not checked has not changed, and nothing changed is said too', async () => {
  await using spool = openChangeSpool(join(dir, 'changes'))
  await spool.add(change(1, { change: 'not_checked', field: null, reason: 'timeout-headers' }), page(null))
  expect(await published(spool)).toEqual([{ ...of, batch: 0, changes: [] }])
})

test('batches are bounded in number and in bytes, and long values are cut', async () => {
  await using spool = openChangeSpool(join(dir, 'changes'))
  for (let n = 0; n < changeLimits.maxPerBatch + 1; n++) await spool.add(change(n), page(1))
  const long = 'x'.repeat(changeLimits.maxTextChars - 1) + '🧺'.repeat(10)
  for (let n = 0; n < 300; n++) await spool.add(change(n, { field: 'Description', old: long, new: long }), page(1))
  const batches = await published(spool)
  expect(batches.map(({ batch }) => batch)).toEqual([0, 1, 2])
  expect(batches[0]?.changes).toHaveLength(changeLimits.maxPerBatch)
  for (const { changes } of batches) expect(JSON.stringify(changes).length).toBeLessThan(700_000)
  expect(batches.flatMap(({ changes }) => changes)).toHaveLength(changeLimits.maxPerBatch + 301)
})

test('an export that does not come to its end leaves nothing', async () => {
  {
    await using spool = openChangeSpool(join(dir, 'changes'))
    await spool.add(change(1), page(1))
  }
  expect(await readdir(dir)).toEqual([])
})
