import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { RunDetail } from '@seine/client'
import { levels, type SeineEvent } from '@seine/contracts'
import { expect, test } from 'vitest'
import { command as cancel } from './cancel.ts'
import { makeIo } from './io.fixture.ts'
import { command as reextract } from './reextract.ts'
import { command as retry } from './retry.ts'
import { sampleCounts, sampleEvent, sampleRun, sampleSite } from './run.fixture.ts'
import { command as run } from './run.ts'
import { seine } from './seine.ts'
import { command as show } from './show.ts'
import { command as tail } from './tail.ts'

const endedRun = (overrides: Partial<RunDetail> = {}) =>
  sampleRun({
    status: 'completed',
    siteCounts: { waiting: 0, running: 0, completed: 1, failed: 0, cancelled: 0 },
    finishedAt: '2026-01-01T00:01:05.000Z',
    sites: [sampleSite({ status: 'completed', step: null })],
    ...overrides,
  })

const finished = (status: RunDetail['status']) =>
  sampleEvent('run.finished', { status, reason: null, counts: sampleCounts(), archive: null, durationMs: 65_000 })
const finishedLine =
  '12:03:04 info  —                run.finished     completed: 40 ok, 5 unchanged, 3 failed, 2 skipped in 1 m 05 s'

/** A gateway on loopback with one run and its log. */
async function gatewayWith(detail: RunDetail, log: SeineEvent[] = []) {
  const asked: { method: string; path: string; body: unknown }[] = []
  const { id } = detail
  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const { method = '', url: path = '' } = request
    asked.push({ method, path, body: text === '' ? undefined : JSON.parse(text) })
    const json = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    const url = new URL(path, 'http://gateway')
    if (url.pathname === `/api/bulk-runs/${id}/stream`) {
      const since = Number(request.headers['last-event-id'])
      const level = url.searchParams.get('level') ?? 'debug'
      const frames = log
        .map((event, index) => ({ event, seq: index + 1 }))
        .filter(({ event, seq }) => seq > since && levels.indexOf(event.level) >= levels.indexOf(level as 'debug'))
        .map(({ event, seq }) => `id: ${seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`)
      response.end(`${frames.join('')}event: end\ndata: {}\n\n`)
    } else if (path === '/api/bulk-runs' && method === 'POST') json(201, { data: detail })
    else if (path.startsWith('/api/bulk-runs?')) json(200, { data: [detail] })
    else if (path.startsWith(`/api/bulk-runs/${id}`)) json(200, { data: detail })
    else json(404, { error: 'no such run', error_code: 'not-found', details: {}, correlation_id: 'c' })
  }
  const server = createServer((request, response) => void answer(request, response))
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    asked,
    env: { SEINE_GATEWAY: url },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('run starts what its flags say, tells what happens and how it ended', async () => {
  const detail = endedRun()
  await using gateway = await gatewayWith(detail, [finished('completed')])
  const { io, out, err } = makeIo({ env: gateway.env })
  const args = ['--sites', 'shop, blog', '--limit', '9', '--concurrency', '2', '--dry-run', '--skip-existing']
  expect(await run.run(args, io)).toBe(0)
  expect(gateway.asked[0]).toEqual({
    method: 'POST',
    path: '/api/bulk-runs',
    body: { sites: ['shop', 'blog'], limit: 9, concurrency: 2, dry_run: true, skip_existing: true },
  })
  expect(out()).toContain(finishedLine)
  expect(out()).toContain(`Run ${detail.id}: completed`)
  expect(out()).not.toContain('\x1b')
  expect(err()).toBe('')
})

test('on a terminal there are bars, and colour only where it is wanted', async () => {
  await using gateway = await gatewayWith(endedRun(), [finished('completed')])
  const coloured = makeIo({ env: gateway.env, isTty: true })
  await run.run([], coloured.io)
  expect(coloured.out()).toContain('\x1b[36m')
  const plain = makeIo({ env: { ...gateway.env, NO_COLOR: '1' }, isTty: true })
  await run.run([], plain.io)
  expect(plain.out()).toContain('total')
  expect(plain.out()).not.toContain('\x1b[36m')
  const dumb = makeIo({ env: { ...gateway.env, TERM: 'dumb' }, isTty: true })
  await run.run([], dumb.io)
  expect(dumb.out()).not.toContain('\x1b')
})

test('with --json there is nothing but the run', async () => {
  const detail = endedRun()
  await using gateway = await gatewayWith(detail, [finished('completed')])
  const { io, out } = makeIo({ env: gateway.env })
  await run.run(['--json'], io)
  expect(JSON.parse(out())).toEqual(detail)
})

test.each([
  ['completed', { completed: 1, failed: 0 }, 0],
  ['completed', { completed: 1, failed: 2 }, 1],
  ['failed', { completed: 0, failed: 1 }, 1],
  ['cancelled', { completed: 0, failed: 0 }, 3],
] as const)('a run that is %s with %o gives exit code %d', async (status, siteCounts, code) => {
  const counts = { waiting: 0, running: 0, cancelled: 0, ...siteCounts }
  await using gateway = await gatewayWith(endedRun({ status, siteCounts: counts }), [finished(status)])
  for (const command of [run, show, tail]) {
    const { io } = makeIo({ env: gateway.env })
    expect(await command.run(command === run ? [] : ['last'], io)).toBe(code)
  }
})

test.each([
  ['failed', [], 5],
  ['failed', ['--fail-on-quality', 'never'], 0],
  ['warning', [], 0],
  ['warning', ['--fail-on-quality', 'warning'], 5],
  ['passed', ['--fail-on-quality', 'warning'], 0],
] as const)('a completed run whose quality is %s with %j gives exit code %d', async (status, flags, code) => {
  const text = '60 % of products have no price'
  const reasons =
    status === 'passed' ? [] : [{ gate: 'empty-prices' as const, status, measured: 60, threshold: 50, text }]
  const judged = sampleSite({ status: 'completed', step: null, quality: { status, reasons } })
  const quality = { status, passed: 0, warning: 0, failed: 0, [status]: 1 }
  await using gateway = await gatewayWith(endedRun({ quality, sites: [judged] }), [finished('completed')])
  for (const command of [run, show]) {
    const { io, out } = makeIo({ env: gateway.env })
    expect(await command.run([...(command === run ? [] : ['last']), ...flags], io)).toBe(code)
    if (status !== 'passed') expect(out()).toContain(`Quality:\n  shop: ${status}: ${text}`)
  }
})

test('show says which schedule started a run', async () => {
  const id = '019aa000-0000-7000-8000-000000000001'
  await using gateway = await gatewayWith(endedRun({ origin: { kind: 'schedule', id } }))
  const { io, out } = makeIo({ env: gateway.env })
  await show.run(['last'], io)
  expect(out()).toContain(`: completed, started by schedule ${id}\n`)
})

test('a failed site goes before poor quality', async () => {
  const siteCounts = { waiting: 0, running: 0, completed: 1, failed: 1, cancelled: 0 }
  const quality = { status: 'failed', passed: 0, warning: 0, failed: 1 } as const
  await using gateway = await gatewayWith(endedRun({ siteCounts, quality }))
  expect(await show.run(['last'], makeIo({ env: gateway.env }).io)).toBe(1)
})

test('tail prints from where it is told, by level, as lines or JSON', async () => {
  const warning = sampleEvent('host.blocked', { host: 'shop.test', untilMs: 0, reason: 'http-429' }, { level: 'warn' })
  await using gateway = await gatewayWith(endedRun(), [sampleEvent('run.started', {}), warning, finished('completed')])
  const since = makeIo({ env: gateway.env })
  await tail.run(['last', '--since', '2'], since.io)
  expect(since.out()).toBe(`${finishedLine}\n`)
  const warned = makeIo({ env: gateway.env })
  await tail.run(['last', '--level', 'warn', '--json'], warned.io)
  expect(JSON.parse(warned.out())).toEqual({ seq: 2, ...warning })
})

test('on a terminal tail shows bars, and above them what was asked for', async () => {
  const warning = sampleEvent('host.blocked', { host: 'shop.test', untilMs: 0, reason: 'http-429' }, { level: 'warn' })
  const progress = {
    counts: sampleCounts(),
    sitesDone: 0,
    sites: 1,
    pagesPerSecond: 1,
    bytes: 0,
    eta: { state: 'done' },
  }
  const log = [sampleEvent('run.started', {}), sampleEvent('run.progress', progress as never), warning]
  await using gateway = await gatewayWith(endedRun(), [...log, finished('completed')])
  const { io, out } = makeIo({ env: { ...gateway.env, NO_COLOR: '1' }, isTty: true })
  expect(await tail.run(['last', '--type', 'host.blocked,run.progress'], io)).toBe(0)
  expect(out()).toContain('total')
  expect(out()).toContain('http-429')
  expect(out()).not.toContain('run.started')
  expect(out()).not.toContain('run.progress')
})

test('retry and cancel ask for what they say; what was logged before is not told again', async () => {
  const detail = endedRun()
  await using gateway = await gatewayWith(detail, [finished('completed')])
  const { io, out } = makeIo({ env: gateway.env })
  expect(await retry.run(['last', '--site', 'shop', '--failures'], io)).toBe(0)
  expect(gateway.asked.find((request) => request.method === 'POST')).toMatchObject({
    path: `/api/bulk-runs/${detail.id}/retry`,
    body: { site: 'shop', failures_only: true },
  })
  expect(out()).not.toContain('run.finished')
  expect(await cancel.run([detail.id.slice(0, 8)], makeIo({ env: gateway.env }).io)).toBe(0)
  expect(gateway.asked.at(-1)?.path).toBe(`/api/bulk-runs/${detail.id}/cancel`)
})

test('reextract asks for what it says and watches until the run has ended again', async () => {
  const detail = endedRun()
  await using gateway = await gatewayWith(detail, [finished('completed')])
  expect(await reextract.run(['last', '--site', 'shop'], makeIo({ env: gateway.env }).io)).toBe(0)
  expect(gateway.asked.find((request) => request.method === 'POST')).toMatchObject({
    path: `/api/bulk-runs/${detail.id}/reextract`,
    body: { site: 'shop' },
  })
})

test.each([
  ['no run named', show, [], 'which run?'],
  ['two runs named', show, ['a', 'b'], 'one run at a time'],
  ['a flag that is none', run, ['--sites', 'a', '--fast'], "Unknown option '--fast'"],
  ['a count that is none', run, ['--limit', 'all'], "--limit: expected 1 to 10000000, got 'all'"],
  ['a type that is none', tail, ['last', '--type', 'dance'], "got 'dance'"],
  ['a time that is none', tail, ['last', '--since', 'then'], "got 'then'"],
  [
    'a quality that is none',
    show,
    ['last', '--fail-on-quality', 'poor'],
    "expected warning, failed or never, got 'poor'",
  ],
  ['a level that is none', tail, ['last', '--level', 'loud'], "got 'loud'"],
  ['a gateway that is none', show, ['last', '--gateway', 'nonsense'], "expected http://host:port, got 'nonsense'"],
] as const)('%s is exit code 2 with a line that says so', async (_what, command, args, problem) => {
  const { io, err } = makeIo()
  expect(await command.run([...args], io)).toBe(2)
  expect(err()).toContain(problem)
})

test('an unknown run is exit code 2, a gateway that is not there 4', async () => {
  await using gateway = await gatewayWith(endedRun())
  const unknown = makeIo({ env: gateway.env })
  expect(await show.run(['00000000-0000-7000-8000-000000000000'], unknown.io)).toBe(2)
  expect(unknown.err()).toBe('seine show: no such run\n')
  const nobody = makeIo({ env: { SEINE_GATEWAY: 'http://127.0.0.1:1' } })
  expect(await show.run(['last'], nobody.io)).toBe(4)
  expect(nobody.err()).toContain("can't be reached")
})

test('help lists every command and tells of each; an unknown command is exit code 2', async () => {
  const entries = [run, show].map((command) => ({ name: command.name, load: async () => ({ command }) }))
  const overview = makeIo()
  expect(await seine([], entries, overview.io, '1.2.3')).toBe(0)
  expect(overview.out()).toContain(show.summary)
  for (const args of [
    ['help', 'run'],
    ['run', '--help'],
    ['run', '-h', '--sites'],
  ]) {
    const { io, out } = makeIo()
    expect(await seine(args, entries, io, '1.2.3')).toBe(0)
    expect(out()).toContain(run.usage)
    expect(out()).toContain(run.examples[0])
  }
  const wrong = makeIo()
  expect(await seine(['fly'], entries, wrong.io, '1.2.3')).toBe(2)
  expect(wrong.err()).toContain("no command 'fly'")
  const version = makeIo()
  await seine(['--version'], entries, version.io, '1.2.3')
  expect(version.out()).toBe('seine 1.2.3\n')
})
