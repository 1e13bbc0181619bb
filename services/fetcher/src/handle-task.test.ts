import type { FetchTask } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { expect, test, vi } from 'vitest'
import { makeHandleTask } from './handle-task.ts'

const task = (more: Partial<FetchTask> = {}): FetchTask => ({
  urlId: '01a1fcf8-59d8-7a1b-8669-96f04a3964c4',
  runId: '01a1fcf8-59d8-7a1b-8669-96f04a3964c5',
  site: 'shop',
  kind: 'page',
  url: 'http://shop.test/',
  pool: 'http',
  attempt: 1,
  failures: 0,
  depth: 0,
  redirects: 0,
  correlationId: 'test',
  ...more,
})

function makeFetcher(plan: object | 'away' = {}) {
  const answers: (() => void)[] = []
  const page = vi.fn(async () => {
    await new Promise<void>((resolve) => answers.push(resolve))
    return { outcome: 'skipped', reason: 'robots' } as const
  })
  const publish = vi.fn(async () => {})
  const handle = makeHandleTask({
    plans: { get: async () => plan } as never,
    flagOf: () => null as never,
    handlers: { page, robots: page, sitemap: page },
    bus: { publish, nowMs: () => 0 },
    random: () => 0,
    log: silentLogger,
  })
  return { handle, page, publish, answer: () => answers.shift()?.() }
}

// Found by `make chaos`: a fetcher whose cable came back worked on what had waited for it, and on the same tasks redelivered.
test('a task that is delivered again while it is worked on is asked for once, and both deliveries are done (I3)', async () => {
  const { handle, page, publish, answer } = makeFetcher()
  const both = [handle(task()), handle(task())]
  await vi.waitFor(() => expect(page).toHaveBeenCalled())
  answer()
  expect((await Promise.all(both)).map(({ kind }) => kind)).toEqual(['done', 'done'])
  expect(page).toHaveBeenCalledTimes(1)
  expect(publish).toHaveBeenCalledTimes(1)
})

test('the next dispatch of the URL, and the same one later, are work of their own', async () => {
  const { handle, page, answer } = makeFetcher()
  const both = [handle(task()), handle(task({ attempt: 2 }))]
  await vi.waitFor(() => expect(page).toHaveBeenCalledTimes(2))
  answer()
  answer()
  await Promise.all(both)
  const later = handle(task())
  await vi.waitFor(() => expect(page).toHaveBeenCalledTimes(3))
  answer()
  await later
})

// Found by `make chaos`: a broker that took 13 s to stop gave tasks out and had no plans any more, five times each.
test('a task whose plan can not be read goes back to wait, and is no failure', async () => {
  const { handle, page, publish } = makeFetcher('away')
  expect(await handle(task())).toMatchObject({ kind: 'done' })
  expect(page).not.toHaveBeenCalled()
  const outcome = { outcome: 'deferred', reason: 'plan-unavailable', retryAtMs: 2_000, countsAsFailure: false }
  expect(publish).toHaveBeenCalledWith(
    expect.anything(),
    expect.objectContaining({ outcome: expect.objectContaining(outcome) }),
    expect.anything(),
  )
})
