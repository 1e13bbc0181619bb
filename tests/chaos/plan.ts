import { makeRandom } from '@seine/testkit'
import { type Deed, disks, type Fault, type FaultKind, servers, toldAgain } from './fault.ts'

/** What a round may do, besides what needs no more than signals. */
export interface PlanOptions {
  /** Names of all services: `fetcher-1`, … */
  readonly services: readonly string[]
  /** Those that speak to the database. */
  readonly withDatabase: readonly string[]
  /** Nodes of the broker: one, or several whose cables can be pulled. */
  readonly brokers: readonly string[]
  /** Whether there are disks of our own to fill. */
  readonly disks: boolean
  /** Kinds that are drawn, to look at some more closely. Absent: all. */
  readonly kinds?: readonly FaultKind[]
}

/** How often each kind is drawn beside the others. */
const weights: Readonly<Record<FaultKind, number>> = {
  kill: 8,
  restart: 2,
  pause: 4,
  cut: 4,
  'half-open': 3,
  reset: 1,
  delay: 3,
  fill: 2,
  repeat: 4,
  clock: 4,
}
export const faultKinds = Object.keys(weights) as FaultKind[]

const fewestFaults = 2
const mostFaults = 6
/** Faults begin in this time: an undisturbed run takes about as long, so that some meet its export. */
const spreadMs = 26_000

/** The faults of a round, in the order of their beginning: decided by the seed and the names of what runs, by nothing else. */
export function planRound(seed: number, options: PlanOptions): Fault[] {
  const random = makeRandom(seed)
  const between = (low: number, high: number) => low + random() * (high - low)
  const ms = (low: number, high: number) => Math.round(between(low, high))
  const pickBy =
    (draw: () => number) =>
    <T>(list: readonly T[]): T =>
      list[Math.floor(draw() * list.length)]!
  const pick = pickBy(random)
  const everything = [...options.services, ...servers]
  // Drawn apart: with one node a seed means what it meant before there could be more.
  const pickNode = pickBy(makeRandom(seed + 1_000_000))
  const atNode = (target: string) => (target === 'nats' ? pickNode(options.brokers) : target)
  const cuttable = options.brokers.length === 1 ? options.services : [...options.services, ...options.brokers]
  const link = () => {
    const to = pick(servers)
    return { target: pick(to === 'postgres' ? options.withDatabase : options.services), to }
  }

  const draw: { [K in FaultKind]: () => Deed } = {
    kill: () => ({ kind: 'kill', target: atNode(pick(everything)), downMs: random() < 0.6 ? 0 : ms(0, 8_000) }),
    restart: () => ({ kind: 'restart', target: atNode(pick(servers)), downMs: ms(0, 6_000) }),
    // Short and long: some are over before anybody's patience is.
    pause: () => ({
      kind: 'pause',
      target: atNode(random() < 0.5 ? pick(servers) : pick(options.services)),
      forMs: ms(200, 12_000),
    }),
    cut: () => ({ kind: 'cut', target: pick(cuttable), forMs: ms(500, 25_000) }),
    'half-open': () => ({ kind: 'half-open', ...link(), silent: pick(['up', 'down']), forMs: ms(500, 20_000) }),
    reset: () => ({ kind: 'reset', ...link() }),
    delay: () => ({ kind: 'delay', ...link(), byMs: ms(20, 1_500), forMs: ms(2_000, 15_000) }),
    fill: () => ({ kind: 'fill', disk: pick(disks), forMs: ms(2_000, 20_000) }),
    repeat: () => ({
      kind: 'repeat',
      stream: pick(toldAgain),
      share: between(0.05, 0.5),
      sameId: random() < 0.5,
      afterMs: random() < 0.5 ? 0 : ms(0, 15_000),
    }),
    clock: () => ({ kind: 'clock', target: pick(options.services), offByMs: ms(-20_000, 20_000) }),
  }

  const kinds = (options.kinds ?? faultKinds).filter((kind) => options.disks || kind !== 'fill')
  const total = kinds.reduce((sum, kind) => sum + weights[kind], 0)
  const drawKind = (): FaultKind => {
    let left = random() * total
    for (const kind of kinds) {
      left -= weights[kind]
      if (left < 0) return kind
    }
    return kinds.at(-1) ?? 'kill'
  }

  const count = ms(fewestFaults, mostFaults)
  const faults = Array.from({ length: count }, (): Fault => ({ ...draw[drawKind()](), atMs: ms(200, spreadMs) }))
  return faults.sort((a, b) => a.atMs - b.atMs)
}
