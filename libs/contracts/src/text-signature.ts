/**
 * A text's minhash (Broder 1997) as `seo.minhash` holds it: 128 slots of 16 bits, little-endian, as base64. Each slot is the low half of the
 * least hash among the text's shingles that fall to it (one permutation: Li, Owen, Zhang 2012; b bits: Li, König 2010).
 */
export const minhashSlots = 128

/** The slots of a signature. Equal slots of two texts at the same place, as a share of all, estimate their likeness. */
export function readMinhash(minhash: string): Uint16Array {
  const bytes = Buffer.from(minhash, 'base64')
  const slots = new Uint16Array(minhashSlots)
  for (let i = 0; i < minhashSlots && i * 2 + 1 < bytes.length; i++) slots[i] = bytes.readUInt16LE(i * 2)
  return slots
}

export const writeMinhash = (slots: Uint16Array): string => {
  const bytes = Buffer.allocUnsafe(minhashSlots * 2)
  for (let i = 0; i < minhashSlots; i++) bytes.writeUInt16LE(slots[i] ?? 0, i * 2)
  return bytes.toString('base64')
}

/** How alike two texts are, 0 to 1: an estimate of the share of shingles they have in common, ± 0.03 at 0.9. */
export function likeness(a: Uint16Array, b: Uint16Array): number {
  let equal = 0
  for (let i = 0; i < minhashSlots; i++) if (a[i] === b[i]) equal++
  return equal / minhashSlots
}
