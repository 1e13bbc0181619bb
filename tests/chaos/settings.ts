import { type BrokerCount, brokerCounts } from './brokers.ts'
import type { FaultKind } from './fault.ts'
import { faultKinds } from './plan.ts'

/** What `make chaos` is told by its environment. */
export interface ChaosSettings {
  /** Of the first round; each further one has the next number. */
  readonly seed: number
  /** No round begins after this time. */
  readonly minutes: number
  /** No more rounds than this. */
  readonly rounds: number
  /** Kinds of faults that are done. With fewer than all a seed means other faults. */
  readonly kinds: readonly FaultKind[]
  /** Nodes of the broker. With more than one a seed means other targets. */
  readonly brokers: BrokerCount
}

/** Throws with every variable that says nothing usable. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, anySeed: () => number): ChaosSettings {
  const problems: string[] = []
  const number = (name: string, otherwise: number, lowest: number): number => {
    const text = env[name]
    if (text === undefined || text === '') return otherwise
    const value = Number(text)
    if (Number.isFinite(value) && value >= lowest) return value
    problems.push(`${name}: expected a number from ${lowest}, got '${text}'`)
    return otherwise
  }
  const named = (env.KINDS ?? '').split(',').filter(Boolean)
  const kinds = faultKinds.filter((kind) => named.length === 0 || named.includes(kind))
  for (const name of named)
    if (!faultKinds.some((kind) => kind === name)) problems.push(`KINDS: '${name}' is none of ${faultKinds.join(', ')}`)
  const wanted = number('BROKERS', 1, 1)
  const brokers = brokerCounts.find((count) => count === wanted)
  if (brokers === undefined) problems.push(`BROKERS: expected ${brokerCounts.join(' or ')}, got '${env.BROKERS}'`)
  const settings = {
    kinds,
    brokers: brokers ?? 1,
    seed: Math.floor(number('SEED', anySeed(), 0)),
    minutes: number('MINUTES', 30, 0),
    rounds: number('ROUNDS', Number.POSITIVE_INFINITY, 1),
  }
  if (problems.length > 0) throw new Error(problems.join('; '))
  return settings
}
