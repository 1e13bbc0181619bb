import { expect, test } from 'vitest'
import { z } from 'zod'
import {
  ConfigError,
  commonEnv,
  envBool,
  envDurationMs,
  envInt,
  envList,
  envOneOf,
  envOptional,
  envString,
  readConfig,
} from './config.ts'

const schema = z.object({
  FETCH_CONCURRENCY: envInt({ min: 1, max: 500, default: 50 }),
  ENABLED: envBool(true),
  POLL_INTERVAL: envDurationMs(5_000),
  POOL: envOneOf(['http', 'browser'], 'http'),
  NETWORKS: envList([]),
  DATABASE_URL: envString({ secret: true, pattern: /^postgres:/, expected: 'a postgres: URL' }),
  NOTE: envOptional(),
})

test('settings come from the environment, defaults where it is silent', () => {
  const config = readConfig(schema, {
    FETCH_CONCURRENCY: '7',
    ENABLED: 'off',
    POLL_INTERVAL: '200ms',
    NETWORKS: '10.0.0.0/8, ,192.168.0.0/16',
    DATABASE_URL: 'postgres://x',
    UNRELATED: 'ignored',
  })
  expect(config).toEqual({
    FETCH_CONCURRENCY: 7,
    ENABLED: false,
    POLL_INTERVAL: 200,
    POOL: 'http',
    NETWORKS: ['10.0.0.0/8', '192.168.0.0/16'],
    DATABASE_URL: 'postgres://x',
    NOTE: undefined,
  })
})

test('an empty variable counts as absent', () => {
  expect(readConfig(schema, { DATABASE_URL: 'postgres://x', FETCH_CONCURRENCY: '  ' }).FETCH_CONCURRENCY).toBe(50)
})

test('one error names every bad variable', () => {
  const read = () => readConfig(schema, { FETCH_CONCURRENCY: 'ten', ENABLED: 'maybe', POLL_INTERVAL: '5 years' })
  expect(read).toThrow(ConfigError)
  expect(read).toThrow(
    "FETCH_CONCURRENCY: expected 1–500, got 'ten'; ENABLED: expected true or false, got 'maybe'; " +
      "POLL_INTERVAL: expected a duration like '200ms', '5s' or '2m', got '5 years'; DATABASE_URL: missing",
  )
})

test('a secret is never shown', () => {
  expect(() => readConfig(schema, { DATABASE_URL: 'mysql://u:hunter2@h' })).toThrow(
    /^DATABASE_URL: expected a postgres: URL$/,
  )
})

test.each([
  ['0', false],
  ['501', false],
  ['1', true],
  ['500', true],
  ['1e2', false],
  ['0x10', false],
  ['1.5', false],
])('a whole number within bounds: %s', (text, good) => {
  const read = () => readConfig(schema, { DATABASE_URL: 'postgres://x', FETCH_CONCURRENCY: text })
  if (good) expect(read().FETCH_CONCURRENCY).toBe(Number(text))
  else expect(read).toThrow(ConfigError)
})

test.each([
  ['250', 250],
  ['1.5s', 1_500],
  ['2m', 120_000],
  ['1h', 3_600_000],
])('a duration: %s', (text, ms) => {
  expect(readConfig(schema, { DATABASE_URL: 'postgres://x', POLL_INTERVAL: text }).POLL_INTERVAL).toBe(ms)
})

test('what every service reads needs the broker and nothing else', () => {
  expect(() => readConfig(z.object(commonEnv), {})).toThrow(/^NATS_SERVERS: missing$/)
  expect(readConfig(z.object(commonEnv), { NATS_SERVERS: 'nats://a:1,nats://b:2' })).toMatchObject({
    NATS_SERVERS: ['nats://a:1', 'nats://b:2'],
    HEALTH_PORT: 0,
    HEALTH_HOST: '127.0.0.1',
    LOG_LEVEL: 'info',
  })
})
