import { createHash } from 'node:crypto'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

/** Inputs kept of one kind of problem. */
const keptOfOneKind = 5

export interface Finding {
  readonly target: string
  readonly problem: string
  /** Where its input lies. */
  readonly file: string
}

/** What was found, each input in a file of its own. */
export interface Findings {
  add(target: string, problem: string, input: Uint8Array): void
  readonly all: readonly Finding[]
  /** How often, those included that were not kept. */
  readonly count: number
}

export function makeFindings(folder: string, say: (line: string) => void): Findings {
  const all: Finding[] = []
  const kinds = new Map<string, number>()
  let count = 0
  return {
    all,
    get count() {
      return count
    },
    add(target, problem, input) {
      count++
      // Digits differ from input to input.
      const kind = `${target} ${problem.split('\n')[0]!.replaceAll(/\d+/g, '#').slice(0, 60)}`
      const seen = (kinds.get(kind) ?? 0) + 1
      kinds.set(kind, seen)
      if (seen > keptOfOneKind) return
      mkdirSync(folder, { recursive: true })
      const file = join(folder, `${target}-${createHash('sha256').update(input).digest('hex').slice(0, 12)}`)
      writeFileSync(file, input)
      all.push({ target, problem, file })
      say(`${target}: ${problem}\n  ${file} (${input.length} bytes)`)
    },
  }
}
