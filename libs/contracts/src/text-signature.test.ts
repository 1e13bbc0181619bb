import { expect, it } from 'vitest'
import { likeness, minhashSlots, readMinhash, writeMinhash } from './text-signature.ts'

it('reads the signature that it wrote', () => {
  const slots = Uint16Array.from({ length: minhashSlots }, (_, i) => i * 511)
  expect(readMinhash(writeMinhash(slots))).toEqual(slots)
})

it('calls equal texts wholly alike, and counts the slots they share', () => {
  const a = Uint16Array.from({ length: minhashSlots }, (_, i) => i)
  const b = a.map((slot, i) => (i < minhashSlots / 4 ? slot + 1 : slot))
  expect([likeness(a, a), likeness(a, b)]).toEqual([1, 0.75])
})
