import { expect, test } from 'vitest'
import { judge, type Pace } from './judge.ts'
import { makeVisitLog } from './visit-log.ts'

/** Each host asked every so often from its own beginning, each answer after its time. */
function visitsOf(hosts: readonly { everyMs: number; answerMs: number }[], untilMs: number) {
  let nowMs = 0
  const log = makeVisitLog(hosts.length, () => nowMs)
  const moments: { atMs: number; host: number; leave: boolean }[] = []
  for (const [host, { everyMs, answerMs }] of hosts.entries())
    for (let atMs = 1_000; atMs < untilMs; atMs += everyMs)
      moments.push({ atMs, host, leave: false }, { atMs: atMs + answerMs, host, leave: true })
  moments.sort((a, b) => a.atMs - b.atMs)
  const open = hosts.map((): (() => void)[] => [])
  for (const { atMs, host, leave } of moments) {
    nowMs = atMs
    if (leave) open[host]!.shift()?.()
    else open[host]!.push(log.enter(host))
  }
  return log.columns()
}
const pace: Pace = { ratePerSecond: 2, burst: 1, concurrency: 1 }
const window = { fromMs: 2_000, toMs: 12_000 }

test('hosts that are asked at their pace use all that their limits allow', () => {
  const visits = visitsOf(
    [0, 1].map(() => ({ everyMs: 500, answerMs: 50 })),
    20_000,
  )
  const verdict = judge(visits, { hosts: 2, pace, ...window })
  expect(verdict).toMatchObject({
    ...{ requestsPerSecond: 4, allowedPerSecond: 4, share: 1, hostsAtPace: 2, leastShare: 1 },
    ...{ serviceMs: 50, turnaroundMs: 450, mostAtOnce: 1, excessMs: 0 },
  })
})

test('a host that answers slowly allows no more than its concurrency lets through', () => {
  const visits = visitsOf([{ everyMs: 1_250, answerMs: 1_000 }], 20_000)
  const verdict = judge(visits, { hosts: 1, pace, fromMs: 1_000, toMs: 11_000 })
  expect(verdict).toMatchObject({ allowedPerSecond: 1, requestsPerSecond: 0.8, share: 0.8, turnaroundMs: 250 })
})

test('the host that was left behind is seen behind the others', () => {
  const visits = visitsOf(
    [
      { everyMs: 500, answerMs: 50 },
      { everyMs: 1_000, answerMs: 50 },
    ],
    20_000,
  )
  expect(judge(visits, { hosts: 2, pace, ...window })).toMatchObject({ share: 0.75, hostsAtPace: 1, leastShare: 0.5 })
})

test('a host that is asked too early or too often at once is told of', () => {
  const visits = visitsOf([{ everyMs: 400, answerMs: 500 }], 20_000)
  const { excessMs, mostAtOnce } = judge(visits, { hosts: 1, pace, ...window })
  expect(excessMs).toBe(47 * 100)
  expect(mostAtOnce).toBe(2)
})

test('what is asked for beyond the log’s room is answered and not noted', () => {
  const log = makeVisitLog(1, () => 1, 2)
  for (const leave of [log.enter(0), log.enter(0), log.enter(0)]) leave()
  expect(log.columns().host).toHaveLength(2)
  expect(log.seen()).toEqual(new Uint32Array([3]))
})
