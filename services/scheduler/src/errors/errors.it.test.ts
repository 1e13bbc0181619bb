import { connectBus, provision, serviceParts } from '@seine/bus'
import { type ErrorReport, errorReport, newId, schedulerRpc } from '@seine/contracts'
import { createLogger, type Part, silentLogger } from '@seine/runtime'
import { eventually, startNats } from '@seine/testkit'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { startDatabase } from '../testing/database.ts'
import { makeEnterErrors, maxFaults } from './enter-errors.ts'
import { serveErrors } from './serve-errors.ts'

let nats: Awaited<ReturnType<typeof startNats>>
let postgres: Awaited<ReturnType<typeof startDatabase>>
let bus: Awaited<ReturnType<typeof connectBus>>
const parts: Part[] = []
const fail = (error: unknown) => {
  throw error
}

beforeAll(async () => {
  ;[nats, postgres] = await Promise.all([startNats(), startDatabase()])
  bus = await connectBus({ servers: nats.servers, name: 'test' }, silentLogger)
  await provision(bus, { replicas: 1 })
  parts.push(...serveErrors({ bus, database: postgres.database }))
  for (const part of parts) await part.start(fail)
})
beforeEach(() => postgres.database.query('truncate error_groups'))
afterAll(async () => {
  await Promise.all(parts.map((part) => part.stop()))
  await bus[Symbol.asyncDispose]()
  await postgres.stop()
  await nats.stop()
})

const report = (more: Partial<ErrorReport> = {}): ErrorReport => ({
  id: newId(),
  fingerprint: 'a'.repeat(32),
  service: 'fetcher',
  level: 'error',
  name: 'TypeError',
  message: 'no such page',
  stack: null,
  context: {},
  correlationId: 'c-1',
  count: 1,
  firstAt: '2026-01-01T00:00:00.000Z',
  lastAt: '2026-01-01T00:00:00.000Z',
  ...more,
})
const list = (filter: object = {}) => bus.call(schedulerRpc.listErrors, filter)

test('an error line of a service is in the registry within five seconds, once however often, without its secrets', async () => {
  const lines: string[] = []
  const log = createLogger('exporter', { level: 'info', write: (line) => lines.push(line) })
  const own = serviceParts(bus, log)
  for (const part of own) await part.start(fail)
  const startedMs = performance.now()
  const error = new TypeError('can not open postgres://seine:topsecret@db/seine')
  for (let n = 0; n < 500; n++)
    log.child({ run: 'r1' }).error('export failed', { error, correlationId: 'c-7', password: 'x' })
  log.warn('not an error')
  const [found] = await eventually(async () => {
    const { errors } = await list()
    if (errors.length === 0) throw new Error('nothing yet')
    return errors
  })
  expect(performance.now() - startedMs).toBeLessThan(5_000)
  expect(found).toMatchObject({
    service: 'exporter',
    name: 'TypeError',
    count: 500,
    state: 'open',
    correlationId: 'c-7',
  })
  expect(found?.context).toMatchObject({ doing: 'export failed', run: 'r1', password: '[redacted]' })
  expect(JSON.stringify(found)).not.toContain('topsecret')
  expect((await list()).total).toBe(1)
  await Promise.all(own.map((part) => part.stop()))
})

test('reports of one fault count together, the latest tells how it looks', async () => {
  await bus.publish(errorReport, report({ count: 3 }))
  await bus.publish(errorReport, report({ count: 4, message: 'no such page 9', lastAt: '2026-01-02T00:00:00.000Z' }))
  await bus.publish(errorReport, report({ fingerprint: 'b'.repeat(32), service: 'gateway' }))
  await eventually(async () => expect((await list()).total).toBe(2))
  const latest = await eventually(async () => {
    const group = await bus.call(schedulerRpc.getError, { fingerprint: 'a'.repeat(32) })
    expect(group.count).toBe(7)
    return group
  })
  expect(latest).toMatchObject({
    message: 'no such page 9',
    firstSeen: '2026-01-01T00:00:00.000Z',
    lastSeen: '2026-01-02T00:00:00.000Z',
  })
  expect((await list({ service: 'gateway' })).total).toBe(1)
  expect((await list({ state: 'resolved' })).total).toBe(0)
})

test('a resolved fault opens again when it happens again, and not by a report from before', async () => {
  const enter = makeEnterErrors(postgres.database)
  const { fingerprint } = report()
  await enter(report())
  expect(await bus.call(schedulerRpc.resolveError, { fingerprint })).toMatchObject({ state: 'resolved' })
  await enter(report())
  expect(await bus.call(schedulerRpc.getError, { fingerprint })).toMatchObject({ state: 'resolved', count: 2 })
  await enter(report({ lastAt: new Date(Date.now() + 60_000).toISOString() }))
  expect(await bus.call(schedulerRpc.getError, { fingerprint })).toMatchObject({ state: 'open', resolvedAt: null })
})

test('what no database takes is taken out, and an unknown fault is not found', async () => {
  const enter = makeEnterErrors(postgres.database)
  await enter(report({ message: 'a\0b', context: { 'k\0': 'v\0' } }))
  expect((await list()).errors[0]).toMatchObject({ message: 'ab', context: { k: 'v' } })
  const unknown = bus.call(schedulerRpc.getError, { fingerprint: 'f'.repeat(32) })
  await expect(unknown).rejects.toMatchObject({ code: 'not-found' })
})

test('the registry keeps no more faults than it may, and none that are long past', async () => {
  await postgres.database.query(
    `insert into error_groups (fingerprint, service, level, name, message, context, count, first_seen, last_seen)
     select lpad(n::text, 32, '0'), 's', 'error', 'n', 'm', '{}', 1, now(), '2026-01-01'::timestamptz + n * interval '1 s'
     from generate_series(1, ${maxFaults}) as n`,
  )
  await makeEnterErrors(postgres.database)(report({ lastAt: '2026-02-01T00:00:00.000Z' }))
  expect((await list()).total).toBe(maxFaults)
  await makeEnterErrors(postgres.database)(report({ fingerprint: 'c'.repeat(32), lastAt: '2026-06-01T00:00:00.000Z' }))
  expect((await list()).errors.map((group) => group.fingerprint)).toEqual(['c'.repeat(32)])
})
