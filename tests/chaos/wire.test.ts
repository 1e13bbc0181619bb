import { once } from 'node:events'
import { connect, createServer, type Socket } from 'node:net'
import { eventually } from '@seine/testkit'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWire, type Wire } from './wire.ts'

/** Says everything that it hears. */
const echo = createServer((socket) => {
  socket.on('error', () => {})
  socket.pipe(socket)
})
let wire: Wire
let client: Socket
let heard: string

beforeEach(async () => {
  await new Promise<void>((resolve) => echo.listen(0, '127.0.0.1', resolve))
  wire = await makeWire('127.0.0.1', { host: '127.0.0.1', port: (echo.address() as { port: number }).port })
  client = connect(wire.port, '127.0.0.1')
  heard = ''
  client.on('data', (bytes) => {
    heard += bytes
  })
  client.on('error', () => {})
  await once(client, 'connect')
})

afterEach(async () => {
  client.destroy()
  await wire[Symbol.asyncDispose]()
  await new Promise((resolve) => echo.close(resolve))
})

test('passes on what is said, both ways', async () => {
  client.write('hello')
  await eventually(() => heard === 'hello')
})

test('holds everything in a silent direction and loses nothing of it', async () => {
  client.write('a')
  await eventually(() => heard === 'a')
  wire.silence('down')
  client.write('b')
  client.write('c')
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(heard).toBe('a')
  wire.hear('down')
  await eventually(() => heard === 'abc')
})

test('passes later by as much as it is told', async () => {
  wire.delay(40)
  const sentMs = performance.now()
  client.write('slow')
  await eventually(() => heard === 'slow')
  expect(performance.now() - sentMs).toBeGreaterThanOrEqual(80)
})

test('does not tell of an end through a silent link', async () => {
  client.write('a')
  await eventually(() => heard === 'a')
  wire.silence('up')
  client.end('b')
  let closed = false
  client.once('close', () => {
    closed = true
  })
  await new Promise((resolve) => setTimeout(resolve, 50))
  expect(closed).toBe(false)
  wire.hear('up')
  await eventually(() => closed && heard === 'ab')
})

test('resets both sides', async () => {
  const gone = new Promise((resolve) => client.once('close', resolve))
  wire.reset()
  await gone
})
