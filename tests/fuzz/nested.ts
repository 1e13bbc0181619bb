import type { Random } from './random.ts'

/** A value so deep inside of lists and of objects with that one name, as chance has it. */
export function nestedIn(value: unknown, depth: number, name: string, random: Random): unknown {
  let nested = value
  for (let left = depth; left > 0; left--) nested = random.chance(0.5) ? [nested] : { [name]: nested }
  return nested
}
