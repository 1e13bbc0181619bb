import { expect, test } from 'vitest'
import { maxEventsScanned, pageOf } from './run-events-route.ts'

async function* log(count: number, level = 'info') {
  for (let seq = 1; seq <= count; seq++) yield { seq: seq * 10, data: Buffer.from(JSON.stringify({ level })) }
}

test('a page ends at its limit and says where the next one begins', async () => {
  const page = await pageOf(log(5), { limit: 2, level: 'debug' })
  expect(page.events.map((event) => event.seq)).toEqual([10, 20])
  expect(page.next_since).toBe(20)
})

test('the last page says that nothing follows', async () => {
  expect((await pageOf(log(2), { limit: 2, level: 'debug' })).next_since).toBeNull()
})

test('events below the level are left out, and a page that finds none goes on where it stopped looking', async () => {
  expect((await pageOf(log(3), { limit: 2, level: 'warn' })).events).toEqual([])
  const tired = await pageOf(log(maxEventsScanned + 1), { limit: 2, level: 'warn' })
  expect(tired).toEqual({ events: [], next_since: maxEventsScanned * 10 })
})
