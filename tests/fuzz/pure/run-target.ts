import { join } from 'node:path'
import { Worker } from 'node:worker_threads'
import { readCases } from '../conformance.ts'
import type { Findings } from '../findings.ts'
import { makeRandom } from '../random.ts'
import { type PureName, pureTargets } from './targets.ts'
import type { WorkerNews, WorkerOrder } from './worker.ts'

/** One input for so long is a hang, however busy the machine. */
const hangMs = 180_000
const lookEveryMs = 1_000
/** Objects of a worker: far more than any input is worth. */
const maxHeapMb = 512

export interface PureReport {
  inputs: number
  bytes: number
  cpuMs: number
  /** CPU time of the dearest input over 100 kB, by its length. */
  worstMsPerMb: number
}

/** Tries inputs of one target until the time is over or their number is reached, in a new thread after each that ended one. */
export async function runPureTarget(
  target: PureName,
  options: { seed: string; durationMs: number; maxInputs?: number },
  findings: Findings,
): Promise<PureReport> {
  const report: PureReport = { inputs: 0, bytes: 0, cpuMs: 0, worstMsPerMb: 0 }
  const { seed, durationMs, maxInputs = Number.MAX_SAFE_INTEGER } = options
  let beganMs: number | null = null
  const leftMs = () => durationMs - (beganMs === null ? 0 : Date.now() - beganMs)
  const trying = new Int32Array(new SharedArrayBuffer(4))
  const inputOf = (number: number) => pureTargets[target](readCases).make(makeRandom(seed, target, number))

  /** Gives how it ended: `done`, or why it did not. Throws where it never began. */
  function work(from: number): Promise<string> {
    return new Promise((resolve, reject) => {
      let begun = false
      const workerData: WorkerOrder = { target, seed, from, until: maxInputs, durationMs: leftMs(), trying }
      const worker = new Worker(join(import.meta.dirname, 'worker.ts'), {
        workerData,
        resourceLimits: { maxOldGenerationSizeMb: maxHeapMb },
      })
      let last = { number: -1, atMs: Date.now() }
      const look = setInterval(() => {
        const number = Atomics.load(trying, 0)
        if (number !== last.number || !begun) last = { number, atMs: Date.now() }
        else if (Date.now() - last.atMs > hangMs) end(`hangs: no end after ${hangMs / 1_000} s`)
      }, lookEveryMs)
      const end = (how: string) => {
        clearInterval(look)
        void worker.terminate()
        if (begun) resolve(how)
      }
      worker.on('message', (news: WorkerNews) => {
        if (news.kind === 'begins') {
          begun = true
          beganMs ??= Date.now()
          return
        }
        if (news.kind === 'found') return findings.add(target, news.problem, news.input)
        report.inputs += news.inputs
        report.bytes += news.bytes
        report.cpuMs += news.cpuMs
        report.worstMsPerMb = Math.max(report.worstMsPerMb, news.worstMsPerMb)
        end('done')
      })
      worker.on('error', (error) => {
        end(`ends its thread: ${error.message}`)
        if (!begun) reject(error)
      })
    })
  }

  for (let from = 0; leftMs() > 0 && from < maxInputs; ) {
    Atomics.store(trying, 0, from)
    const how = await work(from)
    if (how === 'done') break
    const number = Atomics.load(trying, 0)
    findings.add(target, how, inputOf(number))
    report.inputs += number - from + 1
    from = number + 1
  }
  return report
}
