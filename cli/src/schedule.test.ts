import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId, type Schedule, scheduleSettingsSchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import { makeIo } from './io.fixture.ts'
import { command } from './schedule.ts'

const runId = newId()
const sample = (more: Partial<Schedule> = {}): Schedule => ({
  ...scheduleSettingsSchema.parse({ name: 'nightly', cron: '30 2 * * *', timeZone: 'Europe/Berlin' }),
  id: newId(),
  version: 4,
  nextRuns: ['2026-03-29T01:00:00.000Z', '2026-03-30T00:30:00.000Z'],
  ticks: [{ at: '2026-03-28T01:30:00.000Z', state: 'started', reason: null, runId, runStatus: 'completed' }],
  lastRun: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  updatedAt: '2026-01-01T00:00:00.000Z',
  ...more,
})

/** A gateway on loopback with these schedules. */
async function gatewayWith(schedules: Schedule[]) {
  const asked: { what: string; body: unknown; ifMatch: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const what = `${request.method} ${request.url}`
    asked.push({ what, body: text === '' ? null : JSON.parse(text), ifMatch: request.headers['if-match'] })
    const pagination = { page: 1, per_page: 200, total: schedules.length, total_pages: 1 }
    if (what.startsWith('GET /api/schedules?')) response.end(JSON.stringify({ data: schedules, pagination }))
    else if (what.endsWith('/preview'))
      response.end(JSON.stringify({ data: { nextRuns: ['2026-03-29T01:00:00.000Z'] } }))
    else if (what.endsWith('/run')) response.end(JSON.stringify({ data: { id: runId } }))
    else response.end(JSON.stringify({ data: { ...sample(), ...JSON.parse(text || '{}') } }))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    asked,
    async seine(...args: string[]) {
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
      const { io, out, err } = makeIo({ env: { SEINE_GATEWAY: url } })
      return { code: await command.run(args, io), out: out(), err: err() }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('the list shows the next time and what became of the last, on the clock of the zone', async () => {
  const refused = {
    at: '2026-11-21T05:00:00.000Z',
    state: 'refused',
    reason: 'run x was under way',
    runId: null,
    runStatus: null,
  } as const
  await using gateway = await gatewayWith([
    sample(),
    sample({ name: 'shops', cron: '0 * * * *', timeZone: 'UTC', enabled: false, nextRuns: [], ticks: [refused] }),
  ])
  const { code, out } = await gateway.seine('list')
  expect(code).toBe(0)
  expect(out).toBe(
    [
      'name     cron        time zone      next              last              what became of it',
      `nightly  30 2 * * *  Europe/Berlin  2026-03-29 03:00  2026-03-28 02:30  run ${runId} completed`,
      'shops    0 * * * *   UTC            disabled          2026-11-21 05:00  refused (run x was under way)',
      '',
    ].join('\n'),
  )
})

test('add sends what its flags say and shows the next times', async () => {
  await using gateway = await gatewayWith([])
  const { code, out } = await gateway.seine(
    ...['add', 'nightly', '30 2 * * *', '--time-zone', 'Europe/Berlin', '--sites', 'shop, blog', '--limit', '9'],
    ...['--overlap', 'queue', '--catch-up', '15', '--skip-existing'],
  )
  expect(code).toBe(0)
  expect(gateway.asked[0]).toMatchObject({
    what: 'POST /api/schedules',
    body: {
      name: 'nightly',
      cron: '30 2 * * *',
      timeZone: 'Europe/Berlin',
      options: { sites: ['shop', 'blog'], limit: 9, skip_existing: true, dry_run: false },
      enabled: true,
      overlap: 'queue',
      catchUpMs: 900_000,
    },
  })
  expect(out).toContain('nightly: 30 2 * * * (Europe/Berlin)')
  expect(out).toContain('2026-03-29 03:00 Europe/Berlin  (2026-03-29 01:00 UTC)')
})

test('a schedule is named by its name or the first letters of its id; a change names the version it has seen', async () => {
  const schedule = sample()
  await using gateway = await gatewayWith([schedule])
  expect((await gateway.seine('disable', 'nightly')).code).toBe(0)
  expect(gateway.asked.at(-1)).toMatchObject({
    what: `PUT /api/schedules/${schedule.id}`,
    ifMatch: '"4"',
    body: { name: 'nightly', cron: '30 2 * * *', enabled: false },
  })
  await gateway.seine('remove', schedule.id.slice(0, 8))
  expect(gateway.asked.at(-1)).toMatchObject({ what: `DELETE /api/schedules/${schedule.id}`, ifMatch: '"4"' })
  expect((await gateway.seine('run', 'nightly')).out).toContain(runId)
  const unknown = await gateway.seine('show', 'weekly')
  expect(unknown.code).toBe(2)
  expect(unknown.err).toContain("no schedule 'weekly'")
})

test('next asks for the times of an expression that is not a schedule yet', async () => {
  await using gateway = await gatewayWith([])
  const { out } = await gateway.seine('next', '30 2 * * *', '--time-zone', 'Europe/Berlin')
  expect(gateway.asked[0]).toMatchObject({ body: { cron: '30 2 * * *', timeZone: 'Europe/Berlin' } })
  expect(out).toBe('  2026-03-29 03:00 Europe/Berlin  (2026-03-29 01:00 UTC)\n')
})

test('with --json there is nothing but the answer', async () => {
  const schedule = sample()
  await using gateway = await gatewayWith([schedule])
  expect(JSON.parse((await gateway.seine('list', '--json')).out)).toEqual([schedule])
  expect(JSON.parse((await gateway.seine('show', 'nightly', '--json')).out)).toEqual(schedule)
})

test.each([
  [['plant'], "no action 'plant'"],
  [['add', 'nightly'], 'a name and a cron expression'],
  [['add', 'nightly', '0', '3', '*', '*', '*'], 'quote the cron expression'],
  [['show'], 'which schedule?'],
  [['add', 'a', '@daily', '--limit', 'all'], "--limit: expected a whole number from 1, got 'all'"],
  [['add', 'a', '@daily', '--overlap', 'burst'], "got 'burst'"],
  [['add', 'a', '@daily', '--catch-up', '-1'], ''],
])('%o is exit code 2 with a line that says so', async (args, problem) => {
  await using gateway = await gatewayWith([])
  const { code, err } = await gateway.seine(...args)
  expect(code).toBe(2)
  expect(err).toContain(problem)
  expect(gateway.asked).toEqual([])
})
