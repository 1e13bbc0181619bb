import { type ErrorReport, errorLimits, errorReportSchema } from '@seine/contracts'
import { createLogger, type LogLine, makeManualClock } from '@seine/runtime'
import { expect, test } from 'vitest'
import type { Bus } from './bus.ts'
import { makeErrorReports, reportEveryMs, reportOf, toldBy } from './report-errors.ts'

function start(publish: (report: ErrorReport) => Promise<void>) {
  const clock = makeManualClock(1_000_000)
  const lines: string[] = []
  const log = createLogger('exporter', { level: 'info', nowMs: clock.nowMs, write: (line) => lines.push(line) })
  const bus = { publish: (_definition: unknown, message: unknown) => publish(message as ErrorReport) }
  const part = makeErrorReports({ bus: bus as unknown as Pick<Bus, 'publish'>, log, clock })
  part.start((error) => {
    throw error
  })
  return { clock, log, lines, part }
}

test('error lines are reported in two seconds, one report a fault, and nothing else is', async () => {
  const reports: ErrorReport[] = []
  const { clock, log, part } = start(async (report) => void reports.push(report))
  for (let n = 0; n < 1_000; n++)
    log.error('export failed', { error: new Error(`disk ${n} is full`), correlationId: 'c' })
  log.child({ run: 'r' }).error('archive failed', { error: new TypeError('no such file') })
  log.warn('slow')
  await clock.advance(reportEveryMs)
  expect(reports.map(({ name, count }) => [name, count])).toEqual([
    ['Error', 1_000],
    ['TypeError', 1],
  ])
  expect(reports[0]).toMatchObject({ service: 'exporter', correlationId: 'c', message: 'disk 999 is full' })
  await clock.advance(reportEveryMs)
  expect(reports).toHaveLength(2)
  await part.stop()
})

test('what happened last is reported at the end', async () => {
  const reports: ErrorReport[] = []
  const { log, part } = start(async (report) => void reports.push(report))
  log.error('could not go on')
  await part.stop()
  expect(reports).toMatchObject([{ name: 'Error', message: 'could not go on', stack: null }])
})

test('a report that can not be sent is a warning, and never a report of its own', async () => {
  const { clock, log, lines, part } = start(async () => {
    throw new Error('the broker is away')
  })
  log.error('first')
  await clock.advance(reportEveryMs * 5)
  expect(lines.map((line) => (JSON.parse(line) as { level: string }).level)).toEqual(['error', 'warn'])
  await part.stop()
})

test('however large an error is, its report is within its limits', () => {
  const line: LogLine = {
    ts: '2026-01-01T00:00:00.000Z',
    level: 'error',
    service: 'fetcher',
    msg: 'x',
    error: { name: 'n'.repeat(999), message: 'm'.repeat(9_999), stack: 's'.repeat(99_999) },
    correlationId: 'c'.repeat(999),
    ...Object.fromEntries(Array.from({ length: 99 }, (_, n) => [`field${n}`, 'v'.repeat(9_999)])),
  }
  const told = toldBy(line)
  const report = reportOf({ ...told, fingerprint: 'a'.repeat(32), count: 1, firstAtMs: told.atMs })
  expect(errorReportSchema.parse(report)).toEqual(report)
  expect(Object.keys(report.context)).toHaveLength(errorLimits.contextKeys)
})

test('the code of an error is its name, and a line without an error is told by its words', () => {
  const line = { ts: '2026-01-01T00:00:00.000Z', level: 'error', service: 'gateway', msg: 'request failed' } as const
  expect(toldBy({ ...line, error: { name: 'CodedError', code: 'broker-refused', message: 'no' } }).name).toBe(
    'broker-refused',
  )
  expect(toldBy({ ...line, error: 'ECONNRESET', path: '/x' })).toMatchObject({
    message: 'request failed: ECONNRESET',
    context: { doing: 'request failed', path: '/x' },
  })
})
