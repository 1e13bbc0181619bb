import type { SeineEvent } from '@seine/contracts'
import { expect, test } from 'vitest'
import { countCacheUse, tellCacheUses } from './tell-cache-uses.ts'

const work = { runId: '01890000-0000-7000-8000-000000000000', site: 'lamps', attempt: 1, correlationId: 'c' } as never

test('what the outcomes say is told once, by kind', async () => {
  const uses = { hit: 0, miss: 0 }
  for (const outcome of [{ cache: 'hit' }, { cache: 'hit' }, { cache: 'miss' }, {}, { detail: '"cache":"hit"' }])
    countCacheUse(uses, JSON.stringify({ outcome: 'ok', ...outcome }))
  const told: unknown[] = []
  const bus = {
    nowMs: () => 0,
    publish: async (_definition: unknown, event: unknown) => {
      const { type, site, data } = event as SeineEvent
      told.push([site, type, data])
    },
  }
  await tellCacheUses(bus as never, work, uses)
  await tellCacheUses(bus as never, work, { hit: 0, miss: 0 })
  expect(told).toEqual([
    ['lamps', 'cache.hit', { pages: 2 }],
    ['lamps', 'cache.miss', { pages: 1 }],
  ])
})
