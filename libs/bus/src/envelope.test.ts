import { fetchTask, headerNames, newId, outcomeHeader, pageResult, readOutcome } from '@seine/contracts'
import { expect, test } from 'vitest'
import { seal } from './envelope.ts'
import { InvalidMessage, MessageTooLarge } from './errors.ts'
import { sampleTask } from './messages.fixture.ts'

test('an envelope carries subject, id, type, correlation id and the body', () => {
  const task = sampleTask({ url: 'http://shop.test:8080/a' })
  const envelope = seal(fetchTask, task, { correlationId: 'c-1' }, 1_000_000)
  expect(envelope.subject).toBe('work.fetch.http.test.shop.p8080_')
  expect(envelope.headers.get('Nats-Msg-Id')).toBe(`${task.urlId}:1`)
  expect(envelope.headers.get(headerNames.type)).toBe('work.fetch/1')
  expect(envelope.headers.get(headerNames.correlationId)).toBe('c-1')
  expect(JSON.parse(Buffer.from(envelope.data).toString())).toEqual(task)
})

test('headers that a message defines survive text beyond ASCII', () => {
  const outcome = {
    urlId: newId(),
    attempt: 1,
    kind: 'page' as const,
    outcome: 'failed' as const,
    reason: 'http-404',
    status: 404,
    announcedBatches: 0,
    durationMs: 1,
    bytes: 0,
    detail: 'größer – 大\r\nInjected: yes',
  }
  const message = { runId: newId(), site: 'shop', outcome, record: null }
  const { headers } = seal(pageResult, message, {}, 1_000_000)
  expect(readOutcome(headers.get(outcomeHeader))).toEqual(outcome)
})

test('a message its schema refuses is never sent: unknown fields too', () => {
  expect(() => seal(fetchTask, { ...sampleTask(), attempt: 0 }, {}, 1_000_000)).toThrow(InvalidMessage)
  const withMore = { ...sampleTask(), colour: 'red' }
  expect(() => seal(fetchTask, withMore, {}, 1_000_000)).toThrow(/colour/)
})

test('a message over the limit is refused before it is sent, headers counted', () => {
  expect(() => seal(fetchTask, sampleTask(), {}, 400)).toThrow(MessageTooLarge)
})
