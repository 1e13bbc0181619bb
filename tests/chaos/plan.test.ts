import { describe, expect, test } from 'vitest'
import { describeFault } from './fault.ts'
import { type PlanOptions, planRound } from './plan.ts'

const options: PlanOptions = {
  services: ['scheduler-1', 'scheduler-2', 'fetcher-1', 'fetcher-2', 'exporter-1', 'gateway-1'],
  withDatabase: ['scheduler-1', 'scheduler-2'],
  brokers: ['nats'],
  disks: true,
}
const many = Array.from({ length: 300 }, (_, seed) => planRound(seed, options))

describe('a round’s plan', () => {
  test('is the same for the same seed, and another one for another seed', () => {
    expect(planRound(7, options)).toEqual(planRound(7, options))
    expect(planRound(7, options)).not.toEqual(planRound(8, options))
  })

  test('is what it was when a seed was written down', () => {
    expect(planRound(1, options).map(describeFault)).toMatchInlineSnapshot(`
      [
        "pause scheduler-2 @1.3+2.5",
        "restart nats @1.9+2.9",
        "kill exporter-1 @7.5+7.7",
        "cut fetcher-1 @10.6+3.9",
        "reset scheduler-1→postgres @25.9",
      ]
    `)
  })

  test('comes to every kind of fault', () => {
    expect(new Set(many.flat().map(({ kind }) => kind)).size).toBe(10)
  })

  test('has the faults in the order of their beginning', () => {
    for (const faults of many) expect(faults).toEqual(faults.toSorted((a, b) => a.atMs - b.atMs))
  })

  test('cuts no service off from a database that it does not speak to', () => {
    const targets = many.flat().flatMap((fault) => ('to' in fault && fault.to === 'postgres' ? [fault.target] : []))
    expect(new Set(targets)).toEqual(new Set(options.withDatabase))
  })

  test('keeps to the kinds that are asked for', () => {
    const kinds = ['clock', 'pause'] as const
    const plans = many.flatMap((_, seed) => planRound(seed, { ...options, kinds }))
    expect(new Set(plans.map(({ kind }) => kind))).toEqual(new Set(kinds))
  })

  test('with a broker of three breaks each of its nodes, pulls their cables too, and is as long as with one', () => {
    const brokers = ['nats-0', 'nats-1', 'nats-2']
    const plans = many.map((_, seed) => planRound(seed, { ...options, brokers }))
    const targetsOf = (kind: string) =>
      new Set(plans.flat().flatMap((fault) => (fault.kind === kind && 'target' in fault ? [fault.target] : [])))
    for (const kind of ['kill', 'restart', 'pause', 'cut'])
      expect([...targetsOf(kind)]).toEqual(expect.arrayContaining(brokers))
    expect(targetsOf('kill')).not.toContain('nats')
    expect(plans.map(({ length }) => length)).toEqual(many.map(({ length }) => length))
  })

  test('fills no disk where there is none of ours', () => {
    const plans = many.map((_, seed) => planRound(seed, { ...options, disks: false }))
    expect(plans.flat().filter(({ kind }) => kind === 'fill')).toEqual([])
  })
})
