/** Tries one input after the other in a thread of its own: one that hangs or eats all memory ends with it. */
import { parentPort, workerData } from 'node:worker_threads'
import { readCases } from '../conformance.ts'
import { makeRandom } from '../random.ts'
import { type PureName, pureTargets } from './targets.ts'
import { shrink, tryInput } from './try-input.ts'

export interface WorkerOrder {
  readonly target: PureName
  readonly seed: string
  /** Number of its first input. */
  readonly from: number
  readonly until: number
  /** From its first input on. */
  readonly durationMs: number
  /** Where it writes the number of the input that it tries. */
  readonly trying: Int32Array
}

export type WorkerNews =
  | { readonly kind: 'begins' }
  | { readonly kind: 'found'; readonly number: number; readonly problem: string; readonly input: Uint8Array }
  | {
      readonly kind: 'done'
      readonly inputs: number
      readonly bytes: number
      readonly cpuMs: number
      readonly worstMsPerMb: number
    }

/** One input in so many is tried twice. */
const twiceEvery = 4
/** Below it the fixed part of the cost says everything. */
const minBytesForPace = 100_000

const order = workerData as WorkerOrder
const tell = (news: WorkerNews) => parentPort?.postMessage(news)
const target = pureTargets[order.target](readCases)
let [inputs, bytes, cpuMs, worstMsPerMb] = [0, 0, 0, 0]
const endMs = Date.now() + order.durationMs
tell({ kind: 'begins' })
for (let number = order.from; number < order.until && Date.now() < endMs; number++) {
  Atomics.store(order.trying, 0, number)
  const input = target.make(makeRandom(order.seed, order.target, number))
  const tried = await tryInput(target, input, { twice: number % twiceEvery === 0 })
  inputs++
  bytes += input.length
  cpuMs += tried.cpuMs
  if (input.length > minBytesForPace) worstMsPerMb = Math.max(worstMsPerMb, (tried.cpuMs / input.length) * 1e6)
  if (tried.problem !== null)
    tell({ kind: 'found', number, problem: tried.problem, input: await shrink(target, input, tried.problem) })
}
tell({ kind: 'done', inputs, bytes, cpuMs, worstMsPerMb })
