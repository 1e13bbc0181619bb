import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { deliverRun, sinkPausesMs } from './deliver-run.ts'
import type { PackedRun, Sink } from './sink.ts'

const run: PackedRun = { runId: 'r', createdAt: '2026-11-20T09:00:00.000Z', sites: [], files: [] }

function sinkThat(name: string, ...answers: (string | Error)[]): Sink {
  return {
    name,
    async deliver() {
      const answer = answers.shift() ?? 'done'
      if (answer instanceof Error) throw answer
      return answer
    },
  }
}

function bench(abortAfterPause = false) {
  const stop = new AbortController()
  const pauses: number[] = []
  const clock = {
    nowMs: () => 0,
    sleep: async (ms: number) => {
      pauses.push(ms)
      if (abortAfterPause) stop.abort(new Error('stopping'))
    },
  }
  const deliver = (...sinks: Sink[]) =>
    deliverRun({ sinks, clock: clock as never, log: silentLogger }, run, stop.signal)
  return { deliver, pauses }
}

test('a sink that fails for a moment is tried again, and those behind it have their turn', async () => {
  const { deliver, pauses } = bench()
  expect(await deliver(sinkThat('s3', new Error('away'), '3 files copied'), sinkThat('google-sheets'))).toEqual([
    { sink: 's3', status: 'delivered', detail: '3 files copied', tries: 2 },
    { sink: 'google-sheets', status: 'delivered', detail: 'done', tries: 1 },
  ])
  expect(pauses).toEqual([sinkPausesMs[0]])
})

test('a sink that goes on failing is given up with its reason, cut, and harms no other', async () => {
  const { deliver, pauses } = bench()
  const away = new Error('x'.repeat(2_000))
  const [first, second] = await deliver(sinkThat('s3', away, away, away, 'too late'), sinkThat('google-sheets'))
  expect(first).toEqual({ sink: 's3', status: 'failed', detail: 'x'.repeat(500), tries: sinkPausesMs.length + 1 })
  expect(second).toMatchObject({ status: 'delivered' })
  expect(pauses).toEqual([...sinkPausesMs])
})

test('a service that stops leaves the rest to another', async () => {
  await expect(bench(true).deliver(sinkThat('s3', new Error('away')))).rejects.toThrow('stopping')
})
