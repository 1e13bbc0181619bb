import type { Random } from '../random.ts'

/** What came of one input. */
export interface Verdict {
  /** What is wrong, its class before the first colon: `schema: product.price is NaN`. Null: nothing. */
  readonly problem: string | null
  /** What came out, as text: the same input has to give the same. */
  readonly output: string
}

/** Something that reads what strangers wrote, without any I/O of its own. */
export interface PureTarget {
  readonly name: string
  readonly budget: Budget
  /** An input that the random numbers alone decide. */
  make(random: Random): Uint8Array
  /** Everything follows from the bytes. What it throws is a problem, too. */
  check(input: Uint8Array): Promise<Verdict>
}

/** CPU time that an input may cost: some whatever its length, then by its length. */
export interface Budget {
  readonly fixedMs: number
  readonly msPerMb: number
}

export const budgetMs = ({ fixedMs, msPerMb }: Budget, inputBytes: number): number =>
  fixedMs + (msPerMb * inputBytes) / 1_000_000

export const fine = (output: string): Verdict => ({ problem: null, output })
export const wrong = (problem: string): Verdict => ({ problem, output: '' })

/** The first of these that holds. */
export function firstOf(problems: Iterable<string | null>): string | null {
  for (const problem of problems) if (problem !== null) return problem
  return null
}
