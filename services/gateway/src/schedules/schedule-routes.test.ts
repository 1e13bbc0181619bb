import { RpcError } from '@seine/bus'
import { newId, type Schedule, scheduleSettingsSchema } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { everyoneIsAdmin } from '../auth/auth.fixture.ts'
import { makeApp } from '../http/app.ts'
import { sampleRun } from '../runs.fixture.ts'
import { scheduleRoutes } from './schedule-routes.ts'

const settings = { name: 'nightly', cron: '0 3 * * *', timeZone: 'Europe/Berlin' }
const schedule: Schedule = {
  ...scheduleSettingsSchema.parse(settings),
  id: newId(),
  version: 3,
  nextRuns: [],
  ticks: [],
  lastRun: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
}
const path = `/api/schedules/${schedule.id}`

/** The routes on a scheduler that answers this. */
function appOn(answer: unknown) {
  const asked: [string, unknown][] = []
  const call = async (rpc: { name: string }, input: unknown) => {
    asked.push([rpc.name, input])
    if (answer instanceof Error) throw answer
    return answer
  }
  const routes = scheduleRoutes({ call: call as never })
  const app = makeApp({ routes, identify: everyoneIsAdmin, origins: { loopbackOnly: true }, log: silentLogger })
  const request = (method: string, where: string, body?: unknown, headers: Record<string, string> = {}) =>
    app.request(`http://127.0.0.1:8080${where}`, {
      method,
      headers: { host: '127.0.0.1:8080', 'content-type': 'application/json', ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
  return { request, asked }
}

test('a schedule is added with its defaults and says where it is and which version', async () => {
  const { request, asked } = appOn(schedule)
  const answer = await request('POST', '/api/schedules', settings)
  expect(answer.status).toBe(201)
  expect(answer.headers.get('location')).toBe(path)
  expect(answer.headers.get('etag')).toBe('"3"')
  expect(asked[0]).toEqual([
    'rpc.scheduler.schedules.create',
    {
      settings: {
        ...settings,
        options: { skip_existing: false, dry_run: false },
        enabled: true,
        overlap: 'refuse',
        catchUpMs: 3_600_000,
      },
    },
  ])
})

test('a change names the version it is meant for', async () => {
  const { request, asked } = appOn(schedule)
  expect((await request('PUT', path, settings)).status).toBe(428)
  expect((await request('DELETE', path)).status).toBe(428)
  expect(asked).toEqual([])
  expect((await request('DELETE', path, undefined, { 'If-Match': '"3"' })).status).toBe(200)
  expect(asked[0]?.[1]).toEqual({ scheduleId: schedule.id, version: 3 })
})

test('a change of what has changed since is 412', async () => {
  const { request } = appOn(new RpcError('stale', 'version 4 by now', { version: 4 }))
  const answer = await request('PUT', path, settings, { 'If-Match': '"3"' })
  expect(answer.status).toBe(412)
  expect(await answer.json()).toMatchObject({ error_code: 'stale', details: { version: 4 } })
})

test('a run that is asked for now says where it is', async () => {
  const run = sampleRun()
  const { request } = appOn(run)
  const answer = await request('POST', `${path}/run`)
  expect(answer.status).toBe(201)
  expect(answer.headers.get('location')).toBe(`/api/bulk-runs/${run.id}`)
})

test('next times are asked for without adding anything', async () => {
  const { request, asked } = appOn({ nextRuns: ['2026-01-01T00:00:00.000Z'] })
  const answer = await request('POST', '/api/schedules/preview', { cron: '@daily' })
  expect(await answer.json()).toMatchObject({ data: { nextRuns: ['2026-01-01T00:00:00.000Z'] } })
  expect(asked[0]).toEqual(['rpc.scheduler.schedules.preview', { cron: '@daily', timeZone: 'UTC' }])
})
