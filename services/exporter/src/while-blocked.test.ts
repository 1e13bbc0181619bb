import { type Clock, silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { maxBlockedMs, whatBlocks, whileBlocked } from './while-blocked.ts'

const enospc = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' })

function trying(fails: (nowMs: number) => Error | null) {
  let ms = 0
  const lines: string[] = []
  const clock: Clock = {
    nowMs: () => ms,
    async sleep(forMs) {
      ms += forMs
    },
  }
  const stopping = new AbortController()
  const log = { ...silentLogger, error: (line: string) => void lines.push(line) }
  const work = async () => {
    const failure = fails(ms)
    if (failure !== null) throw failure
    return ms
  }
  const context = { workFolder: '/var/tmp/seine', clock, signal: stopping.signal, log }
  return { done: () => whileBlocked(work, context), lines, stopping }
}

test('work that finds a disk full goes on when there is room, and says once what is full', async () => {
  const { done, lines } = trying((ms) => (ms < 120_000 ? enospc : null))
  expect(await done()).toBe(120_000)
  expect(lines).toEqual([
    'the disk of EXPORT_TMP_DIR (/var/tmp/seine) is full: ENOSPC: no space left on device, write; trying again until it can go on',
  ])
})

test('it does not wait for ever, and its failure names what is full', async () => {
  const started: number[] = []
  const { done } = trying((ms) => {
    started.push(ms)
    return enospc
  })
  await expect(done()).rejects.toMatchObject({
    code: 'export-blocked',
    message: expect.stringMatching(/^the disk of EXPORT_TMP_DIR \(\/var\/tmp\/seine\) is full: ENOSPC/),
  })
  expect(started.at(-1)).toBe(maxBlockedMs)
})

test('other failures are not waited for, nor is a stop', async () => {
  const other = trying(() => new Error('the scheduler is away'))
  await expect(other.done()).rejects.toThrow('the scheduler is away')
  const stopped = trying(() => enospc)
  stopped.stopping.abort()
  await expect(stopped.done()).rejects.toBe(enospc)
})

test.each([
  [new Error('publish failed', { cause: enospc }), 'the disk of EXPORT_TMP_DIR (/tmp/x) is full'],
  [new Error('insufficient storage resources available'), 'the broker’s store is full'],
  [new Error('maximum bytes exceeded'), 'the broker’s store is full'],
  [Object.assign(new Error('no'), { code: 'XMinioStorageFull' }), 'the object store is full'],
  [new Error('Request failed after 1 retries: Error: Retryable HTTP status: 500'), 'the object store fails or is away'],
  [new Error('some other'), null],
  ['text', null],
])('%s: %s', (error, full) => {
  expect(whatBlocks(error, '/tmp/x')).toBe(full)
})
