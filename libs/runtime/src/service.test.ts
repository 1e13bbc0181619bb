import { expect, test } from 'vitest'
import { createLogger } from './logger.ts'
import type { Part } from './part.ts'
import { runService, type ServiceOptions } from './service.ts'

/** Runs a service in the background and gives what can be seen of it. */
function running(overrides: Partial<ServiceOptions> = {}) {
  const stop = new AbortController()
  const lines: Record<string, unknown>[] = []
  const ready = Promise.withResolvers<number>()
  const codes: number[] = []
  const log = createLogger('test', {
    level: 'info',
    write: (line) => {
      const entry = JSON.parse(line) as Record<string, unknown>
      lines.push(entry)
      if (entry.msg === 'ready') ready.resolve(entry.healthPort as number)
    },
  })
  const ended = runService({
    name: 'test',
    log,
    health: { host: '127.0.0.1', port: 0 },
    checks: {},
    parts: [],
    stop: stop.signal,
    setExitCode: (code) => codes.push(code),
    ...overrides,
  })
  const phases = () => lines.map((line) => line.phase).filter((phase) => phase !== undefined)
  return { stop: () => stop.abort(), ended, ready: ready.promise, phases, lines, codes }
}

const idlePart = (calls: string[]): Part => ({
  name: 'idle',
  start: () => void calls.push('start'),
  stop: async () => void calls.push('stop'),
})

test('a service goes through its phases in order and cleans up last', async () => {
  const calls: string[] = []
  const service = running({
    parts: [idlePart(calls)],
    cleanup: [async () => void calls.push('clean')],
  })
  await service.ready
  service.stop()
  await service.ended
  expect(service.phases()).toEqual(['RUNNING', 'STOPPING', 'DRAINING', 'CLEANUP', 'TERMINATED'])
  expect(calls).toEqual(['start', 'stop', 'clean'])
  expect(service.codes).toEqual([])
})

test('health answers while it works; readiness tells each reason', async () => {
  let database: string | null = 'connection refused'
  const service = running({
    checks: {
      broker: async () => null,
      database: async () => database,
      broken: async () => {
        if (database !== null) throw new Error('check failed')
        return null
      },
    },
  })
  const url = `http://127.0.0.1:${await service.ready}`
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  const unready = await fetch(`${url}/readyz`)
  expect(unready.status).toBe(503)
  expect(await unready.json()).toMatchObject({ reasons: { database: 'connection refused', broken: 'check failed' } })
  database = null
  expect((await fetch(`${url}/readyz`)).status).toBe(200)
  expect((await fetch(`${url}/other`)).status).toBe(404)
  service.stop()
  await service.ended
})

test('while it drains it is alive and not ready', async () => {
  const draining = Promise.withResolvers<void>()
  const finish = Promise.withResolvers<void>()
  const part: Part = {
    name: 'slow',
    start: () => {},
    stop: () => {
      draining.resolve()
      return finish.promise
    },
  }
  const service = running({ parts: [part] })
  const url = `http://127.0.0.1:${await service.ready}`
  service.stop()
  await draining.promise
  expect((await fetch(`${url}/healthz`)).status).toBe(200)
  expect((await fetch(`${url}/readyz`)).status).toBe(503)
  finish.resolve()
  await service.ended
})

test('a part that does not finish is left behind after the drain timeout', async () => {
  const part: Part = { name: 'stuck', start: () => {}, stop: () => new Promise(() => {}) }
  const cleaned: string[] = []
  const service = running({ parts: [part], drainTimeoutMs: 20, cleanup: [async () => void cleaned.push('yes')] })
  await service.ready
  service.stop()
  await service.ended
  expect(cleaned).toEqual(['yes'])
  expect(service.lines).toContainEqual(expect.objectContaining({ level: 'warn', drainTimeoutMs: 20 }))
})

test('a part that fails later ends the service with exit code 1', async () => {
  const calls: string[] = []
  let fail: (error: unknown) => void = () => {}
  const part: Part = {
    name: 'brittle',
    start: (onFail) => {
      fail = onFail
    },
    stop: async () => void calls.push('stop'),
  }
  const service = running({ parts: [part] })
  await service.ready
  fail(new Error('lost'))
  await service.ended
  expect(service.codes).toEqual([1])
  expect(calls).toEqual(['stop'])
  expect(service.lines).toContainEqual(expect.objectContaining({ msg: 'part brittle failed' }))
})

test('a part that can not start ends the service, and those before it are stopped', async () => {
  const calls: string[] = []
  const broken: Part = {
    name: 'broken',
    start: () => {
      throw new Error('no port')
    },
    stop: async () => {},
  }
  const service = running({ parts: [idlePart(calls), broken, idlePart(calls)] })
  await service.ended
  expect(calls).toEqual(['start', 'stop'])
  expect(service.codes).toEqual([1])
})

test('a health port in use is a clear error', async () => {
  const first = running()
  const port = await first.ready
  await expect(running({ health: { host: '127.0.0.1', port } }).ended).rejects.toThrow(
    `health server can't listen on 127.0.0.1:${port}`,
  )
  first.stop()
  await first.ended
})
