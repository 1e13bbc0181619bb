import { describe, expect, it } from 'vitest'
import { type Granted, placesTaken, type Reservation, release, reserve } from './host-clock.ts'
import { maxHolders } from './places.ts'

const t0 = 1_800_000_000_000
const rate = { ratePerSecond: 1_000, burst: 100, maxWaitMs: 1_000 }

function ask(stored: unknown, holder: string, { held = 0, wanted = 1, concurrency = 2, nowMs = t0 } = {}): Granted {
  const answer: Reservation = reserve(
    stored,
    { ...rate, wanted, places: { holder, held, concurrency, requestMs: 10_000 } },
    nowMs,
  )
  if ('blockedUntilMs' in answer) throw new Error(answer.reason)
  return answer
}

describe('places of a host', () => {
  it('are granted with slots, up to the concurrency of all processes together', () => {
    const first = ask(null, 'a')
    expect(first).toMatchObject({ slotsMs: [t0], isFull: false })
    const second = ask(first.state, 'b', { wanted: 3 })
    expect(second.slotsMs).toHaveLength(1)
    expect(second.isFull).toBe(true)
    const third = ask(second.state, 'c')
    expect(third).toMatchObject({ slotsMs: [], isFull: true })
    expect(third.state).toBe(second.state)
  })

  it('are counted with those the process holds already', () => {
    const { state } = ask(null, 'a', { wanted: 2 })
    expect(ask(state, 'a', { held: 2 }).isFull).toBe(true)
    expect(ask(state, 'a', { held: 1, wanted: 2 }).slotsMs).toHaveLength(1)
    expect(placesTaken(ask(state, 'a', { held: 0, wanted: 1 }).state, t0)).toBe(1)
  })

  it('take no place where it is the rate that grants fewer slots', () => {
    const answer = reserve(
      null,
      {
        ratePerSecond: 1,
        burst: 1,
        maxWaitMs: 0,
        wanted: 3,
        places: { holder: 'a', held: 0, concurrency: 3, requestMs: 1 },
      },
      t0,
    )
    expect(answer).toMatchObject({ slotsMs: [t0], isFull: false })
    expect(placesTaken(answer.state, t0)).toBe(1)
  })

  it('are free again when they are given back, or when the requests must be over', () => {
    const { state } = ask(null, 'a', { wanted: 2 })
    expect(ask(release(state, 'a', 1, t0 + 5), 'b').slotsMs).toHaveLength(1)
    expect(ask(state, 'b', { nowMs: t0 + 11_000 }).isFull).toBe(true)
    expect(ask(state, 'b', { nowMs: t0 + 13_000 }).isFull).toBe(false)
  })

  it('are held for the longest of the requests that are open', () => {
    const { state } = ask(null, 'a')
    const longer = ask(state, 'a', { held: 1, nowMs: t0 + 8_000 })
    expect(placesTaken(longer.state, t0 + 19_000)).toBe(2)
  })

  it('change nothing where a process says what its entry says', () => {
    const { state } = ask(null, 'a')
    expect(release(state, 'a', 1, t0)).toBe(state)
    expect(release(state, 'b', 0, t0)).toBe(state)
  })

  it('are those of so many processes at most: the next one waits', () => {
    let state: unknown = null
    for (let i = 0; i < maxHolders; i++) ({ state } = ask(state, `p${i}`, { concurrency: 500 }))
    expect(ask(state, 'one-more', { concurrency: 500 }).isFull).toBe(true)
    expect(ask(state, 'p7', { held: 1, concurrency: 500 }).isFull).toBe(false)
    expect(JSON.stringify(state).length).toBeLessThan(12_000)
  })

  it('are as few as the strictest policy says under which a request is open', () => {
    const strict = ask(null, 'a', { concurrency: 1 })
    expect(ask(strict.state, 'b', { concurrency: 5 }).isFull).toBe(true)
    expect(ask(release(strict.state, 'a', 0, t0), 'b', { concurrency: 5 }).isFull).toBe(false)
    // Its own request under the strict policy is not over either.
    const more = ask(ask(null, 'a', { concurrency: 2 }).state, 'a', { held: 1, concurrency: 5 })
    expect(ask(more.state, 'b', { concurrency: 5 }).isFull).toBe(true)
  })

  it('of an entry that can not be read block the host, until every lease has run out', () => {
    const { state } = ask(null, 'a')
    const broken = {
      ...state,
      limiter: { ...state.limiter, places: [{ holder: 'a', count: -1, limit: 1, untilMs: t0 }] },
    }
    const answer = reserve(broken, { ...rate, wanted: 1 }, t0)
    expect(answer).toMatchObject({ reason: 'limiter-state-broken', blockedUntilMs: t0 + 60_000 })
  })
})
