import { newId, type RunDiff } from '@seine/contracts'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { emptyDatabase, planRun, startDatabase } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { makeApplyDiffResult } from './apply-diff-result.ts'
import { makeAskDiffs, maxAsks } from './ask-diffs.ts'
import { makeCreateDiff } from './create-diff.ts'
import { makeReadDiffs } from './read-diffs.ts'

let server: Awaited<ReturnType<typeof startDatabase>>
const catalogue = testCatalogue([testSite('books'), testSite('lamps')])
const deadlineMs = 20_000

beforeAll(async () => {
  server = await startDatabase()
})
afterAll(() => server.stop())
beforeEach(async () => {
  await emptyDatabase(server.database)
  await server.database.query('truncate run_diffs cascade')
})

/** A run that has ended, its sites exported but those that are named. */
async function endedRun(over: { notExported?: string; released?: string } = {}): Promise<string> {
  const runId = await planRun(server.database, catalogue)
  await server.database.query(`update bulk_jobs set status = 'completed' where id = $1`, [runId])
  await server.database.query(
    `update bulk_job_sites set status = 'completed', released_at = case when site = $3 then now() end,
       artifacts = case when site = $2 then '[]'::jsonb
         else jsonb_build_array(jsonb_build_object('path', 'bulk_runs/x/' || site || '/snapshot.ndjson.zst')) end
     where job_id = $1`,
    [runId, over.notExported ?? '', over.released ?? ''],
  )
  return runId
}

function bench() {
  const { database } = server
  const published: { site: string; attempt: number; allSourcesRead: boolean }[] = []
  const state = { nowMs: Date.now(), inStream: 0 }
  const nowMs = () => state.nowMs
  const { get, sites } = makeReadDiffs(database)
  const create = makeCreateDiff({ database, nowMs, readDiff: get })
  return {
    state,
    published,
    get,
    sites: async (diffId: string) => (await sites({ diffId, page: 1, perPage: 50 })).sites,
    create: (before: string, after: string, site?: string) =>
      create({ before, after, correlationId: 'test', ...(site === undefined ? {} : { site }) }),
    ask: makeAskDiffs({
      database,
      pendingOn: async () => state.inStream,
      publish: async (work) => void published.push(work),
      deadlineMs,
      nowMs,
    }),
    answer: (diff: RunDiff, site: string, over: Partial<Parameters<ReturnType<typeof makeApplyDiffResult>>[0]> = {}) =>
      makeApplyDiffResult(database)({
        ...{ diffId: diff.id, site, attempt: 1, status: 'complete', reason: null, durationMs: 1 },
        counts: { added: 1, removed: 2, changed: 3, unchanged: 4, notChecked: 5, moved: 6 },
        artifact: { path: `x/${site}/diff.csv`, sha256: '0'.repeat(64), sizeBytes: 1, wrote: true, reason: 'new' },
        ...over,
      }),
  }
}

test('two runs are compared site by site, and the comparison ends when all of them are', async () => {
  const { create, ask, answer, get, sites, published } = bench()
  const [before, after] = [await endedRun(), await endedRun()]
  const diff = await create(before, after)
  expect(diff).toMatchObject({ before, after, site: null, status: 'running', siteCounts: { pending: 2 } })
  await ask()
  expect(published.map(({ site, attempt }) => [site, attempt])).toEqual([
    ['books', 1],
    ['lamps', 1],
  ])
  await answer(diff, 'lamps')
  expect(await get({ diffId: diff.id })).toMatchObject({ status: 'running', finishedAt: null, counts: { moved: 6 } })
  await answer(diff, 'books')
  // It came once more: counted once.
  await answer(diff, 'books', { status: 'failed', counts: null })
  await ask()
  expect(await get({ diffId: diff.id })).toMatchObject({
    status: 'completed',
    siteCounts: { pending: 0, complete: 2, failed: 0, skipped: 0 },
    counts: { added: 2, removed: 4, changed: 6, unchanged: 8, notChecked: 10, moved: 12 },
    finishedAt: expect.any(String),
  })
  expect(await sites(diff.id)).toMatchObject([
    { site: 'books', status: 'complete', artifact: { path: 'x/books/diff.csv' } },
    { site: 'lamps', status: 'complete' },
  ])
  expect(published).toHaveLength(2)
})

test('asked again while it is under way it is the same comparison, afterwards another', async () => {
  const { create, ask, answer } = bench()
  const [before, after] = [await endedRun(), await endedRun()]
  const diff = await create(before, after, 'lamps')
  expect((await create(before, after, 'lamps')).id).toBe(diff.id)
  expect((await create(before, after)).id).not.toBe(diff.id)
  await answer(diff, 'lamps')
  await ask()
  expect((await create(before, after, 'lamps')).id).not.toBe(diff.id)
})

test('what can not be compared is refused with the reason, or left out where something else can', async () => {
  const { create, sites } = bench()
  const [before, after] = [await endedRun(), await endedRun({ notExported: 'books', released: 'lamps' })]
  await expect(create(before, before)).rejects.toMatchObject({ code: 'invalid' })
  await expect(create(before, newId())).rejects.toMatchObject({ code: 'not-found', message: /^no run / })
  await expect(create(before, after, 'chairs')).rejects.toMatchObject({ code: 'not-found' })
  await expect(create(before, after)).rejects.toMatchObject({
    code: 'conflict',
    message:
      "nothing can be compared: 'books': not exported in the later run; 'lamps': its results in the later run are not kept any more",
  })
  const running = await planRun(server.database, catalogue)
  await expect(create(before, running)).rejects.toMatchObject({ code: 'conflict', message: /is waiting/ })
  const diff = await create(before, await endedRun({ released: 'lamps' }))
  expect(await sites(diff.id)).toMatchObject([
    { site: 'books', status: 'pending' },
    { site: 'lamps', status: 'skipped', reason: 'its results in the later run are not kept any more' },
  ])
})

test('a request that got lost is made again, and not for ever; one that lies in the stream is waited for', async () => {
  const { create, ask, get, sites, state, published } = bench()
  const diff = await create(await endedRun(), await endedRun(), 'lamps')
  await ask()
  state.inStream = 1
  state.nowMs += deadlineMs + 1
  await ask()
  expect(published).toHaveLength(1)
  state.inStream = 0
  for (let round = 0; round < maxAsks + 1; round++) {
    state.nowMs += deadlineMs + 1
    await ask()
  }
  expect(published.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4, 5])
  expect(await sites(diff.id)).toMatchObject([{ status: 'failed', reason: 'no exporter answered' }])
  expect(await get({ diffId: diff.id })).toMatchObject({ status: 'failed', finishedAt: expect.any(String) })
})
