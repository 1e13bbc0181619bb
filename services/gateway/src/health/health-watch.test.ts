import { makeManualClock } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makeHealthWatch } from './health-watch.ts'

function watchOf(broker: () => Promise<string | null>, scheduler: () => Promise<string | null>) {
  const parts = { broker: { check: broker, isVital: true }, scheduler: { check: scheduler, isVital: false } }
  return makeHealthWatch(parts, makeManualClock(0))
}
const fine = async () => null
const ill = async () => 'nobody answers'

test.each([
  ['healthy', fine, fine],
  ['degraded', fine, ill],
  ['unhealthy', ill, fine],
] as const)('%s', async (status, broker, scheduler) => {
  const watch = watchOf(broker, scheduler)
  await watch.check()
  expect(watch.health().status).toBe(status)
})

test('each part that is not well has its reason', async () => {
  const watch = watchOf(fine, async () => {
    throw new Error('refused')
  })
  await watch.check()
  expect(watch.health().parts).toEqual({
    broker: { status: 'healthy' },
    scheduler: { status: 'degraded', reason: 'refused' },
  })
})

test('nothing is called healthy before it was checked, and a stuck part does not keep the answer waiting', async () => {
  const watch = watchOf(fine, () => new Promise(() => {}))
  const startedMs = performance.now()
  expect(watch.health().status).toBe('unhealthy')
  void watch.check()
  watch.health()
  expect(performance.now() - startedMs).toBeLessThan(50)
})
