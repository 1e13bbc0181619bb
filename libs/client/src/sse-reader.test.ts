import fc from 'fast-check'
import { expect, test } from 'vitest'
import { maxEventChars, readSse, type SseEvent } from './sse-reader.ts'

async function read(chunks: string[]): Promise<SseEvent[]> {
  const events: SseEvent[] = []
  for await (const event of readSse(
    (async function* () {
      yield* chunks
    })(),
  ))
    events.push(event)
  return events
}

test('fields, comments, empty values and unknown fields are read as the standard says', async () => {
  const text = ': hello\nretry: 5\n\nid: 7\nevent: run.started\ndata: {"a":1}\n\ndata\ndata:  two\nodd: x\n\n'
  expect(await read([text])).toEqual([
    { lastEventId: '7', type: 'run.started', data: '{"a":1}' },
    { lastEventId: '7', type: 'message', data: '\n two' },
  ])
})

test('an event that was cut off at the end of the stream is no event', async () => {
  expect(await read(['data: whole\n\ndata: half\n'])).toHaveLength(1)
})

test('wherever the text is cut and however lines end, the events are the same', async () => {
  const text = 'id: 1\nevent: a\ndata: x\n\n: note\n\nid: 2\ndata: y\ndata: z\n\n'
  const whole = await read([text])
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(text.length * 2)), fc.constantFrom('\n', '\r', '\r\n'), async (cuts, lineEnd) => {
      const ended = text.replaceAll('\n', lineEnd)
      const places = [0, ...cuts.map((cut) => Math.min(cut, ended.length)).sort((a, b) => a - b), ended.length]
      const chunks = places.slice(1).map((place, index) => ended.slice(places[index], place))
      // A lone \r at the very end may be half of a line break: more has to come before it counts.
      expect(await read([...chunks, ': end'])).toEqual(whole)
    }),
  )
})

test('a line without end is refused', async () => {
  await expect(read(['data: ', 'x'.repeat(maxEventChars + 1)])).rejects.toThrow(RangeError)
})
