import { expect, test } from 'vitest'
import { createLogger, type LogLevel } from './logger.ts'

function collect(level: LogLevel = 'debug') {
  const lines: string[] = []
  const log = createLogger('fetcher', { level, write: (line) => lines.push(line), nowMs: () => 0 })
  return { log, lines, last: () => JSON.parse(lines.at(-1) ?? '{}') as Record<string, unknown> }
}

test('a line is one JSON object with time, level, service and message', () => {
  const { log, lines } = collect()
  log.info('started', { port: 1 })
  expect(lines).toEqual([
    '{"ts":"1970-01-01T00:00:00.000Z","level":"info","service":"fetcher","msg":"started","port":1}\n',
  ])
})

test('lines below the level are not written', () => {
  const { log, lines } = collect('warn')
  log.debug('a')
  log.info('b')
  log.warn('c')
  expect(lines).toHaveLength(1)
})

test('a child adds its fields to every line', () => {
  const { log, last } = collect()
  log.child({ runId: 'r' }).child({ site: 's' }).error('failed', { n: 1 })
  expect(last()).toMatchObject({ runId: 'r', site: 's', n: 1, msg: 'failed' })
})

test('errors keep name, message, code, stack and cause', () => {
  const { log, last } = collect()
  const error = Object.assign(new Error('outer', { cause: new TypeError('inner') }), { code: 'E_X' })
  log.error('failed', { error })
  expect(last().error).toMatchObject({
    name: 'Error',
    message: 'outer',
    code: 'E_X',
    stack: expect.stringContaining('logger.test.ts'),
    cause: { name: 'TypeError', message: 'inner' },
  })
})

test('secrets are stripped, from fields, URLs and headers, at every depth', () => {
  const { log, lines } = collect()
  log.warn('could not reach postgres://seine:hunter2@db/seine', {
    password: 'hunter2',
    nested: { apiKey: 'hunter2', S3_SECRET_KEY: 'hunter2', headers: { Authorization: 'Bearer hunter2hunter2' } },
    list: ['https://user:hunter2@host/'],
    note: 'sent Bearer hunter2hunter2 along',
    error: new Error('nats://u:hunter2@broker refused'),
  })
  expect(lines[0]).not.toContain('hunter2')
  expect(lines[0]).toContain('postgres://[redacted]@db/seine')
})

test('whatever is logged, a line stays one line of bounded size', () => {
  const { log, lines, last } = collect()
  type Loop = { self?: Loop }
  const loop: Loop = {}
  loop.self = loop
  log.info('first\n{"forged":"line"}', { long: 'x'.repeat(100_000), many: Array(10_000).fill(1), loop, n: 5n })
  expect(lines[0]!.trimEnd()).not.toContain('\n')
  expect(lines[0]!.length).toBeLessThan(20_000)
  expect(last().n).toBe('5')
})

test('a line stays one line, and no terminal is told anything by what is in it', () => {
  const { log, lines } = collect()
  const evil = 'a\r\n\u001b[31m\u009b31m\u007f\u2028\u2029b'
  log.info(evil, { field: evil, [evil]: 1 })
  expect(lines).toHaveLength(1)
  expect(lines[0]!.slice(0, -1)).toMatch(/^[\x20-\x7e]+$/)
  expect(JSON.parse(lines[0]!)).toMatchObject({ msg: evil, field: evil, [evil]: 1 })
})
