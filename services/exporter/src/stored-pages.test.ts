import { newId, type Outcome, outcomeSchema } from '@seine/contracts'
import type { JoinedPage } from '@seine/reports'
import { makeManualClock } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makePageCount } from './stored-pages.ts'

const ids = Array.from({ length: 10 }, () => newId())
const of = { runId: newId(), site: 'shop' }
const never = new AbortController().signal

const header = (n: number, over: Partial<Outcome> = {}): string =>
  JSON.stringify(
    outcomeSchema.parse({
      ...{ urlId: ids[n], attempt: 1, kind: 'page', outcome: 'ok', reason: '', status: 200 },
      ...{ announcedBatches: 0, durationMs: 1, bytes: 1, ...over },
    }),
  )

async function* ledger(count: number, over: Record<string, unknown> = {}): AsyncGenerator<JoinedPage> {
  for (const urlId of ids.slice(0, count))
    yield { ledger: { urlId, attempt: 1, outcome: 'ok', status: 200, ...over } } as unknown as JoinedPage
}

function counting(inStore: readonly string[], maxUnstored?: number) {
  const clock = makeManualClock(0)
  const store = {
    stat: async (path: string) =>
      inStore.some((name) => path.endsWith(`/pages/${name}`)) ? { sizeBytes: 1, sha256: '', writtenAtMs: 0 } : null,
  }
  return {
    clock,
    count: makePageCount({
      store,
      of,
      clock,
      maxFileWaitMs: 60_000,
      ...(maxUnstored === undefined ? {} : { maxUnstored }),
    }),
  }
}

test('pages whose file came are stored, those whose file was lost or that name none are not', async () => {
  const { clock, count } = counting(['a'])
  const headers = [header(0, { stored: 'a' }), header(1, { stored: 'lost' }), header(2), header(3, { stored: 'a' })]
  for (const one of headers) count.note(one)
  const again = async (onOutcome: (one: string) => void) => headers.forEach(onOutcome)
  const settled = count.settle(again, never)
  await clock.advance(60_000)
  expect(await settled).toEqual(['lost'])
  await Array.fromAsync(count.count(ledger(4)))
  expect(count.read()).toEqual({ stored: 2, notStored: 2 })
})

test('files that are on their way are waited for', async () => {
  const inStore: string[] = []
  const { clock, count } = counting(inStore)
  count.note(header(0, { stored: 'a' }))
  const settled = count.settle(async () => {}, never)
  await clock.advance(2_000)
  inStore.push('a')
  await clock.advance(1_000)
  expect(await settled).toEqual([])
})

test('an attempt that did not count, and pages that nobody answered, are not counted', async () => {
  const { count } = counting([])
  count.note(header(0, { attempt: 2 }))
  count.note(header(1, { outcome: 'deferred' }))
  count.note(header(2, { kind: 'sitemap' }))
  await Array.fromAsync(count.count(ledger(3)))
  await Array.fromAsync(count.count(ledger(3, { outcome: 'skipped', status: 0 })))
  await Array.fromAsync(count.count(ledger(3, { outcome: 'unchanged', attempt: 0 })))
  expect(count.read()).toEqual({ stored: 3, notStored: 0 })
})

test('above the limit pages that are not stored are counted without being remembered', async () => {
  const { count } = counting([], 2)
  for (let n = 0; n < 5; n++) count.note(header(n))
  await Array.fromAsync(count.count(ledger(10)))
  expect(count.read()).toEqual({ stored: 5, notStored: 5 })
})
