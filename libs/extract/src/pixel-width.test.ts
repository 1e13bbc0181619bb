import { expect, it } from 'vitest'
import { pixelWidth } from './pixel-width.ts'

it('knows the widths of Arial', () => {
  // 278 is a quarter of M's width, more or less: i, space and dot are narrow.
  expect(pixelWidth('M', 1_000)).toBe(833)
  expect(pixelWidth('il', 1_000)).toBe(444)
  expect(pixelWidth('Hello world', 20)).toBe(
    Math.round((722 + 556 + 222 + 222 + 556 + 278 + 722 + 556 + 333 + 222 + 556) / 50),
  )
})

it('gives accented letters the width of their base, square scripts the whole size, and combining marks none', () => {
  expect(pixelWidth('Éà', 1_000)).toBe(667 + 556)
  expect(pixelWidth('e\u0301', 1_000)).toBe(556)
  expect(pixelWidth('価格', 10)).toBe(20)
  expect(pixelWidth('😀', 10)).toBe(10)
  expect(pixelWidth('', 20)).toBe(0)
})
