import { type ScheduleSettings, type ScheduleTick, scheduleSettingsSchema } from '@seine/contracts'
import type { Part } from '@seine/runtime'
import { silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import type { Postgres } from '../database/postgres.ts'
import { makeCreateRun } from '../runs/create-run.ts'
import { makeReadRuns } from '../runs/read-runs.ts'
import { startDatabase } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { serveSchedules } from './serve-schedules.ts'
import { makeStartDue } from './start-due.ts'

const minuteMs = 60_000
const noonMs = Date.UTC(2026, 10, 20, 12)
const catalogue = testCatalogue([testSite('shop'), testSite('blog')])
let server: Awaited<ReturnType<typeof startDatabase>>
let database: Postgres
let now = noonMs

beforeAll(async () => {
  server = await startDatabase()
  database = server.database
})
afterAll(() => server.stop())
beforeEach(async () => {
  await database.query('truncate bulk_jobs, schedules cascade')
  now = noonMs
})

function scheduler(more: { die?: () => void; started?: () => void } = {}) {
  const createRun = makeCreateRun({
    database,
    catalogue: async () => catalogue,
    enabled: true,
    maxConcurrency: 5,
    nowMs: () => now,
    readRun: makeReadRuns(database).getRun,
  })
  const handlers = new Map<string, (request: unknown, doer: object) => Promise<unknown>>()
  const serve = (rpc: { name: string }, handle: (request: never) => Promise<unknown>): Part => {
    handlers.set(rpc.name, handle as never)
    return { name: rpc.name, start() {}, async stop() {} }
  }
  serveSchedules({ bus: { serve, nowMs: () => now } as never, database, createRun, changed: () => {} })
  const dying: typeof createRun = (request, source) =>
    createRun(request, {
      ...source!,
      async record(sql, runId) {
        await source!.record(sql, runId)
        more.die?.()
      },
    })
  const startDue = makeStartDue({
    database,
    createRun: dying,
    nowMs: () => now,
    started: more.started ?? (() => {}),
    log: silentLogger,
  })
  const ask = <T>(name: string, request: object): Promise<T> =>
    handlers.get(`rpc.scheduler.schedules.${name}`)!(request, { actor: 'ada' }) as Promise<T>
  return { ask, startDue }
}

type View = ScheduleSettings & {
  id: string
  version: number
  nextRuns: string[]
  ticks: ScheduleTick[]
  lastRun: ScheduleTick | null
}

const settings = (more: Partial<ScheduleSettings> = {}): ScheduleSettings =>
  scheduleSettingsSchema.parse({ name: 'nightly', cron: '0 * * * *', options: { sites: ['shop'] }, ...more })
const ask = <T>(name: string, request: object): Promise<T> => scheduler().ask<T>(name, request)
const startDue = () => scheduler().startDue()
const add = (more: Partial<ScheduleSettings> = {}) => ask<View>('create', { settings: settings(more) })
const get = (id: string) => ask<View>('get', { scheduleId: id })
const runs = () =>
  database.query<{ id: string; status: string }>('select id, status from bulk_jobs order by created_at, id')
const endRuns = () => database.query(`update bulk_jobs set status = 'completed', finished_at = now()`)
const states = async (id: string) => (await get(id)).ticks.map((tick) => tick.state)

test('a schedule tells its next five times, starts a run at each, and tells of the last one', async () => {
  const { id, nextRuns, lastRun } = await add()
  expect(nextRuns).toHaveLength(5)
  expect(nextRuns[0]).toBe('2026-11-20T13:00:00.000Z')
  expect(lastRun).toBe(null)
  await startDue()
  expect(await runs()).toEqual([])
  now = noonMs + 60 * minuteMs + 100
  await startDue()
  await startDue()
  const [run] = await runs()
  expect(await runs()).toHaveLength(1)
  expect(await makeReadRuns(database).getRun(run!.id)).toMatchObject({
    origin: { kind: 'schedule', id },
    options: { sites: ['shop'] },
    correlationId: `schedule-${id}-2026-11-20T13:00:00.000Z`,
  })
  const after = await get(id)
  expect(after.nextRuns[0]).toBe('2026-11-20T14:00:00.000Z')
  expect(after.lastRun).toEqual({
    at: '2026-11-20T13:00:00.000Z',
    state: 'started',
    reason: null,
    runId: run!.id,
    runStatus: 'waiting',
  })
})

test('schedulers that look at once start one run for a tick', async () => {
  await add()
  now = noonMs + 60 * minuteMs
  // Without the lock that usually keeps them apart: what they write has to.
  const unlocked = { ...database, exclusively: <T>(_: unknown, work: () => Promise<T>) => work() } as Postgres
  const createRun = makeCreateRun({
    database,
    catalogue: async () => catalogue,
    enabled: true,
    maxConcurrency: 5,
    nowMs: () => now,
    readRun: makeReadRuns(database).getRun,
  })
  const round = makeStartDue({ database: unlocked, createRun, nowMs: () => now, started: () => {}, log: silentLogger })
  await Promise.all(Array.from({ length: 6 }, () => round()))
  expect(await runs()).toHaveLength(1)
})

test('a scheduler that dies after it wrote run and tick down, and before they are committed, leaves neither; the next one starts one', async () => {
  const { id } = await add()
  now = noonMs + 60 * minuteMs
  const dying = scheduler({
    die: () => {
      throw new Error('killed')
    },
  })
  await expect(dying.startDue()).rejects.toThrow('killed')
  expect(await runs()).toEqual([])
  expect(await states(id)).toEqual([])
  await startDue()
  expect(await runs()).toHaveLength(1)
})

test('trouble with one schedule leaves the others alone', async () => {
  const bad = await add({ name: 'bad' })
  await add({ name: 'good' })
  await database.query(`update schedules set time_zone = 'Mars/Olympus' where id = $1`, [bad.id])
  now += 60 * minuteMs
  await expect(startDue()).rejects.toThrow('Mars/Olympus')
  expect(await runs()).toHaveLength(1)
})

test('after hours without a scheduler one run is started, not one for each hour', async () => {
  const { id } = await add()
  now = noonMs + 8 * 60 * minuteMs + 10 * minuteMs
  await startDue()
  await startDue()
  expect(await runs()).toHaveLength(1)
  expect((await get(id)).ticks).toMatchObject([{ at: '2026-11-20T20:00:00.000Z', state: 'started' }])
})

test('a tick that is older than the catch-up window is missed, and said so', async () => {
  const { id } = await add({ cron: '0 13 * * *' })
  now = noonMs + 3 * 60 * minuteMs
  await startDue()
  expect(await runs()).toEqual([])
  expect((await get(id)).ticks).toMatchObject([{ state: 'missed', reason: 'no scheduler was there for 120 minutes' }])
})

test('while a run goes on the next tick is refused, a paused run included', async () => {
  const { id } = await add()
  now += 60 * minuteMs
  await startDue()
  await database.query(`update bulk_jobs set status = 'paused'`)
  now += 60 * minuteMs
  await startDue()
  const [run] = await runs()
  expect((await get(id)).ticks[0]).toMatchObject({ state: 'refused', reason: `run ${run!.id} was under way` })
  await endRuns()
  now += 60 * minuteMs
  await startDue()
  expect(await states(id)).toEqual(['started', 'refused', 'started'])
})

test('with overlap queue one tick waits for the end of the run, the next is refused', async () => {
  const { id } = await add({ overlap: 'queue' })
  for (let hour = 0; hour < 3; hour++) {
    now += 60 * minuteMs
    await startDue()
  }
  expect(await states(id)).toEqual(['refused', 'queued', 'started'])
  await endRuns()
  await startDue()
  await startDue()
  expect(await runs()).toHaveLength(2)
  expect((await get(id)).ticks[1]).toMatchObject({ state: 'started', reason: 'waited for the run before' })
})

test('a tick that waits goes when the schedule is disabled', async () => {
  const { id, version } = await add({ overlap: 'queue' })
  for (let hour = 0; hour < 2; hour++) {
    now += 60 * minuteMs
    await startDue()
  }
  await ask('replace', { scheduleId: id, version, settings: settings({ overlap: 'queue', enabled: false }) })
  await endRuns()
  now += 60 * minuteMs
  await startDue()
  expect(await runs()).toHaveLength(1)
  const { nextRuns, ticks } = await get(id)
  expect(nextRuns).toEqual([])
  expect(ticks[0]).toMatchObject({ state: 'refused', reason: 'the schedule was disabled' })
})

test('a run that can not be planned is told, and the next tick tries again', async () => {
  const { id } = await add({ options: { sites: ['gone'], skip_existing: false, dry_run: false } })
  now += 60 * minuteMs
  await startDue()
  expect(await runs()).toEqual([])
  const { ticks, nextRuns } = await get(id)
  expect(ticks[0]).toMatchObject({ state: 'failed', runId: null, reason: expect.stringContaining('gone') })
  expect(nextRuns[0]).toBe('2026-11-20T14:00:00.000Z')
})

test('run now starts one, disabled or not, and refuses a second while it goes on', async () => {
  const { id } = await add({ enabled: false })
  const run = await ask<{ origin: unknown }>('run', { scheduleId: id, correlationId: 'c' })
  expect(run.origin).toEqual({ kind: 'schedule', id })
  await expect(ask('run', { scheduleId: id, correlationId: 'c' })).rejects.toMatchObject({ code: 'conflict' })
  expect(await runs()).toHaveLength(1)
  expect((await get(id)).lastRun).toMatchObject({ state: 'started', reason: 'by hand' })
})

test('settings are replaced only by who has seen the last version', async () => {
  const { id, version } = await add()
  const change = { scheduleId: id, version, settings: settings({ cron: '30 6 * * *', timeZone: 'Europe/Berlin' }) }
  expect(await ask<View>('replace', change)).toMatchObject({
    version: 2,
    nextRuns: expect.arrayContaining(['2026-11-21T05:30:00.000Z']),
  })
  await expect(ask('replace', change)).rejects.toMatchObject({ code: 'stale', details: { version: 2 } })
  await expect(ask('remove', { scheduleId: id, version })).rejects.toMatchObject({ code: 'stale' })
  await ask('remove', { scheduleId: id, version: 2 })
  await expect(get(id)).rejects.toMatchObject({ code: 'not-found' })
})

test('a bad time or a name that is taken is refused by field', async () => {
  await add()
  await expect(add()).rejects.toMatchObject({ code: 'conflict', details: { field: 'name' } })
  await expect(add({ name: 'b', cron: '99 * * * *' })).rejects.toMatchObject({
    code: 'invalid',
    details: { fields: { cron: [expect.stringContaining('minute')] } },
  })
  await expect(ask('preview', { cron: '@daily', timeZone: 'Nowhere/X' })).rejects.toMatchObject({ code: 'invalid' })
  expect(await ask('preview', { cron: '@daily', timeZone: 'UTC' })).toMatchObject({
    nextRuns: [
      '2026-11-21T00:00:00.000Z',
      '2026-11-22T00:00:00.000Z',
      expect.anything(),
      expect.anything(),
      expect.anything(),
    ],
  })
})

test('no more ticks are kept than a hundred', async () => {
  const { id } = await add({ cron: '* * * * *' })
  for (let minute = 0; minute < 103; minute++) {
    now += minuteMs
    await startDue()
  }
  const [{ n } = { n: 0 }] = await database.query<{ n: number }>('select count(*)::int as n from schedule_ticks')
  expect(n).toBe(100)
  expect((await get(id)).ticks).toHaveLength(5)
})

test('who adds, changes, removes or starts a schedule is written down, and the schedule where it starts its run itself', async () => {
  await database.query('truncate audit')
  const { id, version } = await add()
  now += 1
  await ask('replace', { scheduleId: id, version, settings: settings({ cron: '0 13 * * *' }) })
  now += 60 * minuteMs
  await startDue()
  await endRuns()
  now += minuteMs
  await ask('run', { scheduleId: id, correlationId: 'c' })
  now += minuteMs
  await ask('remove', { scheduleId: id, version: version + 1 })
  const audit = await database.query('select actor, action, subject from audit order by at, id')
  expect(audit.map((entry) => `${entry.actor} ${entry.action}`)).toEqual([
    'ada schedule.added',
    'ada schedule.changed',
    'schedule nightly run.started',
    'ada run.started',
    'ada schedule.removed',
  ])
})
