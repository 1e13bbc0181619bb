import { expect, it } from 'vitest'
import { makeCacheTally } from './cache-tally.ts'

it('tells what it counted, once, by site run', async () => {
  const told: unknown[] = []
  const { note, part } = makeCacheTally(async ({ site, type, data }) => void told.push([site, type, data.pages]))
  for (let i = 0; i < 3; i++) note({ runId: 'r', site: 'lamps', correlationId: 'c' }, 'hit')
  note({ runId: 'r', site: 'lamps', correlationId: 'c' }, 'miss')
  note({ runId: 'r', site: 'books', correlationId: 'c' }, 'miss')
  await part.stop()
  await part.stop()
  expect(told).toEqual([
    ['lamps', 'cache.hit', 3],
    ['lamps', 'cache.miss', 1],
    ['books', 'cache.miss', 1],
  ])
})
