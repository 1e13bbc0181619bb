import { runOptionsSchema } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { makeCancelRun } from '../runs/cancel-run.ts'
import { makeCreateRun } from '../runs/create-run.ts'
import { makePauseRun } from '../runs/pause-run.ts'
import { makeReadRuns } from '../runs/read-runs.ts'
import { makeResumeRun } from '../runs/resume-run.ts'
import { startDatabase } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { auditKeptMs, makeForgetAudit } from './forget-audit.ts'
import { makeReadAudit } from './read-audit.ts'
import { recordAudit } from './record-audit.ts'

let server: Awaited<ReturnType<typeof startDatabase>>
const catalogue = testCatalogue([testSite('lamps'), testSite('desks')])
let nowMs = Date.UTC(2026, 10, 21)
const ann = { actor: 'ann', correlationId: 'c-1' }

beforeAll(async () => {
  server = await startDatabase()
})
afterAll(() => server.stop())

function courses() {
  const { database } = server
  const deps = { database, nowMs: () => (nowMs += 1_000), readRun: makeReadRuns(database).getRun }
  return {
    create: makeCreateRun({ ...deps, catalogue: async () => catalogue, enabled: true, maxConcurrency: 5 }),
    cancel: makeCancelRun({ ...deps, tellCancelled: async () => {} }),
    pause: makePauseRun({ ...deps, tellPaused: async () => {} }),
    resume: makeResumeRun(deps),
  }
}
const request = { options: runOptionsSchema.parse({ dry_run: true }), correlationId: 'c-1' }
const auditOf = async (subject: string) =>
  (await makeReadAudit(server.database)({ page: 1, perPage: 10, subject })).entries
    .map(({ actor, action, details, correlationId }) => ({ actor, action, details, correlationId }))
    .reverse()

test('who started a run, and who changed its course, is written down', async () => {
  const { create, cancel, pause, resume } = courses()
  const { id: runId } = await create(request, undefined, ann)
  await pause({ runId }, { actor: 'bob', correlationId: undefined })
  await resume({ runId }, ann)
  await cancel({ runId })
  expect(await auditOf(runId)).toEqual([
    { actor: 'ann', action: 'run.started', details: { sites: 2, dryRun: true }, correlationId: 'c-1' },
    { actor: 'bob', action: 'run.paused', details: {}, correlationId: null },
    { actor: 'ann', action: 'run.resumed', details: { from: 'paused' }, correlationId: 'c-1' },
    { actor: 'anonymous', action: 'run.cancelled', details: {}, correlationId: null },
  ])
})

test('what was refused, undone or asked for a second time is not written down as done', async () => {
  const { create, cancel, resume } = courses()
  const { id: runId } = await create({ ...request, idempotencyKey: 'k' }, undefined, ann)
  await create({ ...request, idempotencyKey: 'k' }, undefined, ann)
  await expect(resume({ runId }, ann)).rejects.toMatchObject({ code: 'conflict' })
  await cancel({ runId }, ann)
  await expect(cancel({ runId }, ann)).rejects.toMatchObject({ code: 'conflict' })
  expect((await auditOf(runId)).map(({ action }) => action)).toEqual(['run.started', 'run.cancelled'])
})

test('a run of a schedule is the schedule’s', async () => {
  const { create } = courses()
  const source = {
    scheduleId: '019aa000-0000-7000-8000-000000000001',
    scheduleName: 'nightly',
    record: async () => {},
  }
  const { id } = await create(request, source)
  expect(await auditOf(id)).toMatchObject([{ actor: 'schedule nightly', action: 'run.started' }])
})

test('what was done is told for four hundred days', async () => {
  const { database } = server
  const deed = { action: 'site.created', subject: 'old', details: {} }
  await recordAudit(database, ann, deed, nowMs)
  await recordAudit(database, ann, deed, nowMs + 1)
  const forgetAt = (ms: number) => makeForgetAudit({ database, nowMs: () => ms, log: silentLogger })()
  await forgetAt(nowMs + auditKeptMs)
  expect(await auditOf('old')).toHaveLength(2)
  expect(await forgetAt(nowMs + 1 + auditKeptMs)).toBe('idle')
  expect(await auditOf('old')).toHaveLength(1)
})
