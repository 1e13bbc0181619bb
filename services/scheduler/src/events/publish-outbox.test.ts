import { InvalidMessage, MessageTooLarge, PublishRejected } from '@seine/bus'
import { newId, type SeineEvent } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { type Database, type Prepared, textOf } from '../database/sql.ts'
import { makePublishOutbox } from './publish-outbox.ts'

const [first, odd, last] = ['a', 'b', 'c'].map((site) => ({ id: newId(), site }) as SeineEvent) as [
  SeineEvent,
  SeineEvent,
  SeineEvent,
]

/** An outbox with three events, of which the one in the middle can't be published; gives what was published and what is left. */
async function publishing(failure: Error) {
  let held = [first, odd, last]
  const database: Pick<Database, 'exclusively' | 'query'> = {
    exclusively: (_, work) => work(),
    query: async <Row>(statement: string | Prepared, values?: readonly unknown[]) => {
      const text = textOf(statement)
      if (!text.startsWith('delete')) return held.map((event) => ({ id: event.id, event, correlationId: null }) as Row)
      const gone = values?.[0] as string[]
      held = held.filter(({ id }) => !gone.includes(id))
      return []
    },
  }
  const published: (string | undefined)[] = []
  const publish = async (event: SeineEvent) => {
    if (event === odd) throw failure
    published.push(event.site)
  }
  const outcome = await makePublishOutbox(database as Database, publish, silentLogger)().catch(
    (error: unknown) => error,
  )
  return { outcome, published, left: held.length }
}

test.each([
  new InvalidMessage('event', ['data: unexpected']),
  new MessageTooLarge('event', 2_000_000, 1_000_000),
  new PublishRejected('too-large', 'event.x', 'over the limit of the stream'),
  new PublishRejected('refused', 'event.x', 'no'),
])('an event that can never be published holds up no other: %s', async (failure) => {
  expect(await publishing(failure)).toEqual({ outcome: 3, published: ['a', 'c'], left: 0 })
})

test.each([
  new Error('broker away'),
  new PublishRejected('closed', 'event.x', 'closing'),
  new PublishRejected('full', 'event.x', 'full'),
])('where the broker is at fault all events stay: %s', async (failure) => {
  expect(await publishing(failure)).toEqual({ outcome: failure, published: ['a'], left: 3 })
})
