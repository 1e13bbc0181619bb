import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { readCount, readFlags } from './flags.ts'

const command = { name: 'up', usage: 'seine up [--fetchers n]' }

function makeIo() {
  const stderr = new PassThrough({ encoding: 'utf8' })
  const io = { stdout: new PassThrough(), stderr, env: {}, cwd: '/', isTty: false }
  return { io, said: () => String(stderr.read() ?? '') }
}

test('an unknown flag, a missing value and a stray word are each refused with the usage', () => {
  for (const [args, problem] of [
    [['--fetcher', '2'], "Unknown option '--fetcher'"],
    [['--fetchers'], "Option '--fetchers <value>' argument missing"],
    [['please'], "Unexpected argument 'please'"],
  ] as const) {
    const { io, said } = makeIo()
    expect(readFlags(command, [...args], { fetchers: { type: 'string' } }, io)).toBeNull()
    expect(said()).toMatch(`seine up: ${problem}`)
  }
})

test('a count that is no whole number in range is refused, its range named', () => {
  const { io, said } = makeIo()
  expect(readCount(command, 'fetchers', '0', { min: 1, max: 64 }, io)).toBeNull()
  expect(said()).toBe("seine up: --fetchers: expected 1 to 64, got '0'\nusage: seine up [--fetchers n]\n")
  expect(readCount(command, 'fetchers', '1e1', { min: 1, max: 64 }, io)).toBeNull()
  expect(readCount(command, 'fetchers', '12', { min: 1, max: 64 }, io)).toBe(12)
})
