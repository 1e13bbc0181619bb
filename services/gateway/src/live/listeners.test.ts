import type { LiveFilter } from '@seine/contracts'
import { expect, test } from 'vitest'
import { makeAllowance, makeClientQueue } from './client-queue.ts'
import type { FeedEvent } from './event-feed.ts'
import { makeListeners } from './listeners.ts'

const event = (more: Partial<FeedEvent> = {}): FeedEvent => ({
  seq: 1,
  runId: 'a',
  site: 'shop',
  type: 'site.progress',
  level: 'info',
  bytes: new Uint8Array(),
  sizeBytes: 1,
  ...more,
})

async function hears(filter: LiveFilter, told: FeedEvent): Promise<boolean> {
  const listeners = makeListeners()
  const queue = makeClientQueue<FeedEvent>(makeAllowance({ maxItems: 9, maxBytes: 9 }))
  queue.open()
  listeners.add(filter, queue)
  listeners.tell(told)
  return (await queue.next(1)) !== 'idle'
}

test.each<[string, LiveFilter, Partial<FeedEvent>, boolean]>([
  ['everything', {}, {}, true],
  ['its run', { run: 'a' }, {}, true],
  ['no other run', { run: 'b' }, {}, false],
  ['its site in any run', { site: 'shop' }, {}, true],
  ['its site in its run', { run: 'a', site: 'shop' }, {}, true],
  ['no other site', { run: 'a', site: 'blog' }, {}, false],
  ['nothing of the run itself where it asked for a site', { run: 'a', site: 'shop' }, { site: null }, false],
  ['its types', { types: ['site.finished', 'site.progress'] }, {}, true],
  ['no other type', { types: ['site.finished'] }, {}, false],
  ['higher levels', { level: 'warn' }, { level: 'error' }, true],
  ['no lower level', { level: 'warn' }, { level: 'info' }, false],
])('a listener hears %s', async (_, filter, more, expected) => {
  expect(await hears(filter, event(more))).toBe(expected)
})

test('who leaves is gone, once', () => {
  const listeners = makeListeners()
  const queue = makeClientQueue<FeedEvent>(makeAllowance({ maxItems: 9, maxBytes: 9 }))
  const leave = listeners.add({ run: 'a' }, queue)
  listeners.add({}, queue)
  leave()
  leave()
  expect(listeners.size).toBe(1)
})
