import { Readable } from 'node:stream'
import { zstdCompressSync } from 'node:zlib'
import type { ArtifactStore } from '@seine/artifacts'
import { newId, type PageRecord, snapshotPath } from '@seine/contracts'
import { snapshotHeader, snapshotLine } from '@seine/reports'
import { expect, test } from 'vitest'
import { makeReadRecord } from './read-record.ts'

const runId = newId()
const earlier = newId()
const url = (n: number) => `https://shop.example/p/${n}`
const lines = [0, 1, 2].map((n) => snapshotLine({ runId: earlier, record: { url: url(n) } as PageRecord }))
const snapshot = zstdCompressSync(snapshotHeader({ runId, site: 'shop' }) + lines.join(''))
const never = new AbortController().signal

function storeOf(sizeBytes = snapshot.length, hold: Promise<void> = Promise.resolve()) {
  const opened: string[] = []
  const stat = async (path: string) =>
    path === snapshotPath(runId, 'shop') ? { sizeBytes, sha256: '', writtenAtMs: 0 } : null
  const store = {
    stat,
    async open(path: string) {
      opened.push(path)
      await hold
      const found = await stat(path)
      return found && { ...found, stream: Readable.from([snapshot]) }
    },
  }
  return { opened, store: store as unknown as Pick<ArtifactStore, 'open' | 'stat'> }
}
const of = (n: number, over: object = {}) => ({ runId, site: 'shop', url: url(n), ...over })

test('a page’s record is found in the run’s snapshot, with the run that read it', async () => {
  const read = makeReadRecord(storeOf().store)
  expect(await read(of(1), never)).toMatchObject({ record: { url: url(1) }, runId: earlier })
  expect(await read(of(9), never)).toEqual({ record: null, reason: 'never-read' })
})

test('a snapshot that is gone or too large to be searched is not read', async () => {
  expect(await makeReadRecord(storeOf().store)(of(1, { runId: newId() }), never)).toEqual({
    record: null,
    reason: 'released',
  })
  const { store, opened } = storeOf(1024 ** 3)
  expect(await makeReadRecord(store)(of(1), never)).toEqual({ record: null, reason: 'too-large' })
  expect(opened).toEqual([])
})

test('a search that takes too long is given up', async () => {
  const late = () => AbortSignal.abort(new Error('too late'))
  expect(await makeReadRecord(storeOf().store, late)(of(1), never)).toEqual({ record: null, reason: 'too-large' })
})

test('no more than two are searched at once, and one that fails makes room', async () => {
  const { promise, resolve } = Promise.withResolvers<void>()
  const { store, opened } = storeOf(snapshot.length, promise)
  const read = makeReadRecord(store)
  const gone = AbortSignal.abort(new Error('the client has gone'))
  const reading = [read(of(0), gone), read(of(1), gone), read(of(2), never), read(of(0), never)].map((one) =>
    one.catch((error: Error) => error.message),
  )
  await new Promise((tick) => setImmediate(tick))
  expect(opened).toHaveLength(2)
  resolve()
  const found = await Promise.all(reading)
  expect(found.slice(0, 2)).toEqual([expect.stringMatching(/abort|gone/i), expect.stringMatching(/abort|gone/i)])
  expect(found.slice(2)).toMatchObject([{ record: { url: url(2) } }, { record: { url: url(0) } }])
})
