import { consumers, fetchTask } from '@seine/contracts'
import { makeManualClock, silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import type { Delivery } from './delivery.ts'
import { type Disposition, done, maxRetryPauseMs, retry } from './disposition.ts'
import type { AskResult } from './intake.ts'
import { sampleTask } from './messages.fixture.ts'
import { type Handle, makePull } from './pull.ts'

const settled = () => new Promise((resolve) => setImmediate(resolve))

function delivery(answers: string[], deliveries = 1): Delivery {
  return {
    subject: 'work.fetch.http.test.shop',
    headers: () => undefined,
    data: Buffer.from(JSON.stringify(sampleTask())),
    seq: 1,
    deliveries,
    timestampMs: 0,
    receivedAtMs: 0,
    ack: () => void answers.push('ack'),
    nak: () => void answers.push('nak'),
    working: () => void answers.push('working'),
    term: (reason) => void answers.push(`term ${reason}`),
  }
}

/** A pull whose broker is the test: `deliver` hands it messages, asked for or not. */
async function pulling(handle: Handle<unknown>, maxInFlight = 2) {
  const clock = makeManualClock(0)
  const asked: number[] = []
  let deliver: (delivery: Delivery) => void = () => {}
  let end: (result: AskResult) => void = () => {}
  const part = makePull({
    consumer: consumers.fetchHttp,
    definition: fetchTask,
    handle,
    maxInFlight,
    openIntake: (onDelivery) => {
      deliver = onDelivery
      return {
        ask: (batch) => {
          asked.push(batch)
          return new Promise((resolve) => {
            end = resolve
          })
        },
        drain: async () => end('ended'),
      }
    },
    clock,
    log: silentLogger,
  })
  await part.start((error) => {
    throw error
  })
  return { part, clock, asked, deliver: (item: Delivery) => deliver(item), end: (result: AskResult) => end(result) }
}

/** A handler that works until it is let go. */
function held() {
  const waiting: ((outcome: Disposition) => void)[] = []
  const handle = () => new Promise<Disposition>((resolve) => void waiting.push(resolve))
  return { handle, waiting }
}

test('what arrives unasked waits for a slot, and is given back when the service stops first', async () => {
  const { handle, waiting } = held()
  const pull = await pulling(handle)
  const answers: string[][] = [[], [], [], []]
  for (const list of answers) pull.deliver(delivery(list))
  await settled()
  expect(waiting).toHaveLength(2)
  waiting[0]!(done())
  await settled()
  expect(waiting).toHaveLength(3)
  const stopped = pull.part.stop()
  for (const finish of waiting) finish(done())
  await stopped
  expect(answers).toEqual([['ack'], ['ack'], ['ack'], ['nak']])
})

test('it asks for as much as it has free slots', async () => {
  const { handle, waiting } = held()
  const pull = await pulling(handle, 10)
  expect(pull.asked).toEqual([10])
  for (let n = 0; n < 4; n++) pull.deliver(delivery([]))
  pull.end('ended')
  await settled()
  expect(pull.asked).toEqual([10, 6])
  const stopped = pull.part.stop()
  for (const finish of waiting) finish(done())
  await stopped
})

test('a consumer that is not there is asked again after a pause', async () => {
  const pull = await pulling(async () => done())
  pull.end({ unavailable: 'no such consumer yet' })
  await settled()
  expect(pull.asked).toHaveLength(1)
  await pull.clock.advance(1_000)
  expect(pull.asked).toHaveLength(2)
  await pull.part.stop()
})

test('a retry waits a bounded time and never with a delayed nak', async () => {
  const pull = await pulling(async () => retry(3_600_000, 'much later'))
  const answers: string[] = []
  pull.deliver(delivery(answers))
  await pull.clock.advance(maxRetryPauseMs - 1)
  expect(answers).toEqual([])
  await pull.clock.advance(1)
  expect(answers).toEqual(['nak'])
  await pull.part.stop()
})

test('stopping cuts the pause of a retry short', async () => {
  const pull = await pulling(async () => retry(500, 'soon'))
  const answers: string[] = []
  pull.deliver(delivery(answers))
  await settled()
  await pull.part.stop()
  expect(answers).toEqual(['nak'])
})

test('a handler that throws gives its message back, later each time', async () => {
  const pull = await pulling(async () => {
    throw new Error('crash')
  })
  const [first, third]: string[][] = [[], []]
  pull.deliver(delivery(first!, 1))
  pull.deliver(delivery(third!, 3))
  await pull.clock.advance(500)
  expect([first, third]).toEqual([['nak'], []])
  await pull.clock.advance(1_500)
  expect(third).toEqual(['nak'])
  await pull.part.stop()
})
