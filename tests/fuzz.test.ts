import { expect, test } from 'vitest'
import { noCases } from './fuzz/conformance.ts'
import { type PureName, pureTargets } from './fuzz/pure/targets.ts'
import { tryInput } from './fuzz/pure/try-input.ts'
import { makeRandom } from './fuzz/random.ts'

/** `make fuzz` has large inputs too, and more of them. */
const maxBytes = 30_000
const inputs = 100

test.each(Object.keys(pureTargets) as PureName[])(
  '%s: the first mutated inputs of a seed keep every rule',
  async (name) => {
    const target = pureTargets[name](noCases)
    for (let number = 0; number < inputs; number++) {
      const input = target.make(makeRandom('unit', name, number))
      if (input.length > maxBytes) continue
      const { problem } = await tryInput(target, input, { twice: number % 4 === 0 })
      expect({ number, problem }).toEqual({ number, problem: null })
    }
  },
  60_000,
)

test('the same seed gives the same inputs', () => {
  for (const make of Object.values(pureTargets)) {
    const [one, two] = [make(noCases), make(noCases)].map((target) => target.make(makeRandom('same', 7)))
    expect(Buffer.from(one!)).toEqual(Buffer.from(two!))
  }
}, 60_000)
