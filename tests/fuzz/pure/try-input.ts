import { budgetMs, type PureTarget } from './target.ts'

/** Times in a row that an input has to be over its budget: collections and compilation fall on one of them. */
const slowTries = 3

export interface Tried {
  /** Null: nothing is wrong. */
  readonly problem: string | null
  /** CPU time of the fastest try. */
  readonly cpuMs: number
}

/**
 * Checks one input: no exception, its target's own rules, CPU time within its budget, and with `twice` the same output again.
 */
export async function tryInput(target: PureTarget, input: Uint8Array, options: { twice: boolean }): Promise<Tried> {
  try {
    let { verdict, cpuMs } = await timed(target, input)
    for (let tries = 1; cpuMs > budgetMs(target.budget, input.length) && tries < slowTries; tries++)
      cpuMs = Math.min(cpuMs, (await timed(target, input)).cpuMs)
    if (verdict.problem !== null) return { problem: verdict.problem, cpuMs }
    if (cpuMs > budgetMs(target.budget, input.length))
      return { problem: `slow: ${cpuMs.toFixed(0)} ms of CPU for ${input.length} bytes`, cpuMs }
    if (options.twice && (await target.check(input)).output !== verdict.output)
      return { problem: 'different: two outputs of one input', cpuMs }
    return { problem: null, cpuMs }
  } catch (error) {
    return {
      problem: `throws: ${error instanceof Error ? (error.stack ?? error.message).slice(0, 600) : String(error)}`,
      cpuMs: 0,
    }
  }
}

async function timed(target: PureTarget, input: Uint8Array) {
  const before = process.threadCpuUsage()
  const verdict = await target.check(input)
  const { user, system } = process.threadCpuUsage(before)
  return { verdict, cpuMs: (user + system) / 1_000 }
}

/** The class of a problem: what a smaller input has to show as well. */
export const classOf = (problem: string): string => problem.slice(0, Math.max(0, problem.indexOf(':')))

/** Tries of the search for a smaller input, and how long it may take. */
const maxShrinks = 400
const maxShrinkMs = 20_000

/** A smaller input with a problem of the same class: slices are taken out as long as it stays. */
export async function shrink(target: PureTarget, input: Uint8Array, problem: string): Promise<Uint8Array> {
  let smallest = input
  let tries = 0
  const endMs = performance.now() + maxShrinkMs
  for (let sliceBytes = Math.ceil(input.length / 2); sliceBytes >= 1; sliceBytes = Math.floor(sliceBytes / 2))
    for (let at = 0; at < smallest.length && tries < maxShrinks && performance.now() < endMs; tries++) {
      const without = Buffer.concat([smallest.subarray(0, at), smallest.subarray(at + sliceBytes)])
      const tried = await tryInput(target, without, { twice: true })
      if (tried.problem !== null && classOf(tried.problem) === classOf(problem)) smallest = without
      else at += sliceBytes
    }
  return smallest
}
