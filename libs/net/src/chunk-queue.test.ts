import { expect, it } from 'vitest'
import { makeChunkQueue } from './chunk-queue.ts'

async function read(queue: AsyncIterable<Uint8Array>): Promise<string> {
  let text = ''
  for await (const chunk of queue) text += Buffer.from(chunk).toString()
  return text
}

it('hands out what was pushed before and while it is read', async () => {
  const queue = makeChunkQueue(() => {})
  queue.push(Buffer.from('a'))
  const reading = read(queue)
  await Promise.resolve()
  queue.push(Buffer.from('b'))
  queue.end()
  expect(await reading).toBe('ab')
})

it('asks the sender to wait at 64 KiB, or at 64 chunks of any size, until it is drained', async () => {
  let drained = 0
  const queue = makeChunkQueue(() => drained++)
  expect(queue.push(Buffer.alloc(65_535))).toBe(true)
  expect(queue.push(Buffer.alloc(1))).toBe(false)
  const iterator = queue[Symbol.asyncIterator]()
  await iterator.next()
  expect(drained).toBe(1)
  for (let i = 0; i < 63; i++) expect(queue.push(Buffer.alloc(1))).toBe(true)
  expect(queue.push(Buffer.alloc(1))).toBe(false)
})

it('throws the failure after what came before it', async () => {
  const queue = makeChunkQueue(() => {})
  const seen: number[] = []
  queue.push(Buffer.alloc(3))
  queue.fail(new Error('gone'))
  await expect(async () => {
    for await (const chunk of queue) seen.push(chunk.length)
  }).rejects.toThrow('gone')
  expect(seen).toEqual([3])
})

it('wakes a waiting reader with the failure', async () => {
  const queue = makeChunkQueue(() => {})
  const reading = read(queue)
  await Promise.resolve()
  queue.fail(new Error('gone'))
  await expect(reading).rejects.toThrow('gone')
})
