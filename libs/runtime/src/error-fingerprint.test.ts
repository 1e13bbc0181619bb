import { expect, test } from 'vitest'
import { fingerprintOf, ownFrames } from './error-fingerprint.ts'

const stack = (line: number, root = '/srv/seine') => `Error: page 7 is missing
    at readPage (${root}/services/exporter/src/read.ts:${line}:11)
    at async Promise.all (index 0)
    at async run (file://${root}/libs/bus/src/pull.ts:${line}:3)
    at process.processTicksAndRejections (node:internal/process/task_queues:104:5)
    at Query.run (${root}/node_modules/pg/lib/query.js:10:2)
    at ${root}/services/exporter/src/main.ts:9:1`
const error = { service: 'exporter', name: 'Error', message: 'page 7 is missing', stack: stack(1) }

test('frames of ours are told with their file in the project, and no library’s', () => {
  expect(ownFrames(stack(1))).toEqual([
    'readPage services/exporter/src/read.ts',
    'run libs/bus/src/pull.ts',
    'services/exporter/src/main.ts',
  ])
})

test('a fault is the same on another line, in another folder and with another message', () => {
  const other = { ...error, message: 'page 8 is missing', stack: stack(200, '/home/x/seine') }
  expect(fingerprintOf(other)).toBe(fingerprintOf(error))
})

test('another service, name or way through the code is another fault', () => {
  const others = [
    { ...error, service: 'gateway' },
    { ...error, name: 'TypeError' },
    { ...error, stack: stack(1).replace('readPage', 'readList') },
  ]
  expect(new Set([error, ...others].map(fingerprintOf)).size).toBe(4)
})

test('without frames of ours the message counts, without what differs from time to time', () => {
  const told = (message: string) => fingerprintOf({ ...error, stack: null, message })
  expect(told("no run '0191' after 30 ms at https://a.test/x")).toBe(told("no run 'abc' after 7 ms at http://b.test/"))
  expect(told('no run')).not.toBe(told('no site'))
})

test('stacks of browsers are read, whatever a build adds to file names', () => {
  const firefox = (hash: string) =>
    `start@https://seine.test/assets/index-${hash}.js:1:2345\n@https://seine.test/assets/index-${hash}.js:1:9`
  expect(ownFrames(firefox('abcd1234'))).toEqual(['start /assets/index.js', '/assets/index.js'])
  expect(ownFrames('    at start (https://seine.test/assets/index-Qx7_-b12.js:1:23)')).toEqual([
    'start /assets/index.js',
  ])
})
