import { describe, expect, it } from 'vitest'
import {
  admission,
  type BreakerState,
  type CallKind,
  closedBreaker,
  forceBreaker,
  recordCall,
  breakerDefaults as settings,
  takeProbe,
} from './breaker.ts'

const record = (breaker: BreakerState, kind: CallKind, nowMs: number, startedAtMs = nowMs) =>
  recordCall(breaker, { kind, startedAtMs, reason: 'reset' }, nowMs, settings)

function afterCalls(kinds: string, fromMs = 0, stepMs = 1_000): BreakerState {
  const meaning: Record<string, CallKind> = { s: 'success', f: 'failure', t: 'throttled', c: 'cancelled' }
  return [...kinds].reduce((breaker, letter, i) => {
    const kind = meaning[letter]
    return kind ? record(breaker, kind, fromMs + i * stepMs) : breaker
  }, closedBreaker)
}

const openBreaker = afterCalls('ffffffffff')
const openedAtMs = 9_000

describe('closed', () => {
  it.each([
    ['ffffffffff', 'open'],
    ['ftftftftft', 'open'],
    ['fffffffff', 'closed'],
    ['fsfsfsfsff', 'open'],
    ['fsfsfsfsfs', 'closed'],
    ['fssfsfssfsfssfss', 'closed'],
    ['ssssssssssssffffffffff', 'open'],
    ['cccccccccccc', 'closed'],
    ['fcfcfcfcfcfcfc', 'closed'],
  ])('after %s it is %s', (calls, phase) => {
    expect(afterCalls(calls).phase).toBe(phase)
  })

  it('forgets what is older than the window', () => {
    const old = afterCalls('fffffffff')
    expect(record(old, 'failure', settings.windowMs + 10_000).phase).toBe('closed')
    expect(record(old, 'failure', 60_000).phase).toBe('open')
  })

  it('keeps no window after its last failure has aged', () => {
    const quiet = record(afterCalls('fs', 0, settings.windowMs / 2), 'success', settings.windowMs + 1)
    expect(quiet.window).toEqual([])
    expect(record(quiet, 'success', settings.windowMs + 2)).toBe(quiet)
  })

  it('keeps a window of a bounded size, however many calls there are', () => {
    let breaker = afterCalls('f')
    for (let i = 0; i < 5_000; i++) breaker = record(breaker, i % 3 === 2 ? 'failure' : 'success', i * 1_000)
    expect(breaker.phase).toBe('closed')
    expect(breaker.window.length).toBeLessThanOrEqual(11)
  })

  it('counts calls in a clock that went back', () => {
    expect(afterCalls('ffffffffff', 100_000, -10_000).phase).toBe('open')
  })
})

describe('open', () => {
  it('admits nobody until its time has come, then a probe', () => {
    expect(openBreaker).toMatchObject({ phase: 'open', reason: 'reset', openUntilMs: openedAtMs + settings.openMs })
    const untilMs = openedAtMs + settings.openMs
    expect(admission(openBreaker, untilMs - 1, settings)).toEqual({ admit: 'none', untilMs, reason: 'breaker-open' })
    expect(admission(openBreaker, untilMs, settings)).toEqual({ admit: 'probe' })
  })

  it('learns nothing from calls that began before', () => {
    expect(record(openBreaker, 'success', 10_000)).toBe(openBreaker)
    expect(record(openBreaker, 'failure', 10_000)).toBe(openBreaker)
  })
})

describe('half-open', () => {
  const probing = takeProbe(openBreaker, 20_000, settings)

  it('has one probe, whose permit is given back when nobody reports on it', () => {
    expect(admission(probing, 20_001, settings)).toMatchObject({ admit: 'none', untilMs: 25_001 })
    expect(admission(probing, 79_000, settings)).toMatchObject({ admit: 'none', untilMs: 80_000 })
    expect(admission(probing, 80_000, settings)).toEqual({ admit: 'probe' })
    expect(admission(record(probing, 'cancelled', 20_500), 20_501, settings)).toEqual({ admit: 'probe' })
  })

  it('closes on the success of the probe', () => {
    expect(record(probing, 'success', 21_000)).toMatchObject({
      phase: 'closed',
      window: [],
      probe: null,
      failedProbes: 0,
    })
  })

  it('opens for twice as long on its failure, up to the cap, counting the probes', () => {
    let breaker = openBreaker
    const openForMs = Array.from({ length: 8 }, () => {
      breaker = record(takeProbe(breaker, breaker.openUntilMs, settings), 'failure', breaker.openUntilMs + 10)
      return breaker.openForMs
    })
    expect(openForMs).toEqual([30_000, 60_000, 120_000, 240_000, 480_000, 600_000, 600_000, 600_000])
    expect(breaker.failedProbes).toBe(8)
  })

  it('is not fooled by a call from before the probe', () => {
    expect(record(probing, 'success', 21_000, 3_000)).toBe(probing)
    expect(record(probing, 'failure', 21_000, 3_000)).toBe(probing)
  })
})

describe('closed again', () => {
  const closed = record(takeProbe(openBreaker, 20_000, settings), 'success', 21_000)
  const failAgain = (fromMs: number) =>
    Array.from({ length: 10 }).reduce<BreakerState>((breaker, _, i) => record(breaker, 'failure', fromMs + i), closed)

  it('opens for longer when it flaps, and for the shortest time after a long peace', () => {
    expect(failAgain(30_000).openForMs).toBe(2 * settings.openMs)
    expect(failAgain(21_000 + settings.forgetAfterMs + 1).openForMs).toBe(settings.openMs)
  })

  it('learns nothing from calls that began before it closed', () => {
    expect(record(closed, 'failure', 22_000, 20_999)).toBe(closed)
  })
})

describe('forced', () => {
  it('open admits nobody for ever, whatever calls say', () => {
    const forced = forceBreaker(closedBreaker, 'open', 'by hand')
    expect(admission(forced, 1e12, settings)).toMatchObject({ admit: 'none', reason: 'breaker-forced-open' })
    expect(record(forced, 'success', 5)).toBe(forced)
  })

  it('closed admits all, whatever calls say', () => {
    const forced = forceBreaker(openBreaker, 'closed', '')
    expect(admission(forced, 5_000, settings)).toEqual({ admit: 'all' })
    expect(record(forced, 'failure', 5_000)).toBe(forced)
  })

  it('no longer: what was shut begins with a probe, what was held open starts afresh', () => {
    expect(admission(forceBreaker(forceBreaker(closedBreaker, 'open', ''), null, ''), 5, settings)).toEqual({
      admit: 'probe',
    })
    expect(forceBreaker(forceBreaker(openBreaker, 'closed', ''), null, '')).toEqual(closedBreaker)
    expect(forceBreaker(openBreaker, null, '')).toMatchObject({ phase: 'open', forced: null })
  })
})
