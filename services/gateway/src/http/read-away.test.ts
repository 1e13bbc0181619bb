import { expect, test } from 'vitest'
import { maxReadAwayBytes, readAway } from './read-away.ts'

const chunk = new Uint8Array(1024 ** 2)

function bodyOf(chunks: number) {
  let read = 0
  const body = new ReadableStream<Uint8Array>(
    {
      pull(controller) {
        if (read++ < chunks) controller.enqueue(chunk)
        else controller.close()
      },
    },
    { highWaterMark: 0 },
  )
  return { body, read: () => read }
}

test('a refused body is read to its end', async () => {
  const { body, read } = bodyOf(3)
  await readAway(body)
  expect(read()).toBe(4)
})

test('but no further than a bound, and a broken or absent one is left alone', async () => {
  const { body, read } = bodyOf(1_000)
  await readAway(body)
  expect(read()).toBe(maxReadAwayBytes / chunk.length + 1)
  await readAway(null)
  await readAway(new ReadableStream({ pull: (controller) => controller.error(new Error('reset')) }))
})
