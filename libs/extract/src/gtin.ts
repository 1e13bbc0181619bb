import type { Product } from '@seine/contracts'

/**
 * A GTIN (8, 12, 13 or 14 digits, ISBN-13 among them; hyphens and spaces allowed) as bare digits, or null where the length or the check
 * digit (GS1 General Specifications §7.9) is wrong.
 */
export function checkedGtin(text: string): string | null {
  const digits = text.replace(/^(?:urn:)?(?:gtin|ean|upc|isbn)[:\s-]*/i, '').replace(/[\s-]/g, '')
  if (!/^(?:\d{8}|\d{12,14})$/.test(digits) || /^0+$/.test(digits)) return null
  let sum = 0
  for (let i = 0; i < digits.length - 1; i++) {
    const weight = (digits.length - 1 - i) % 2 === 1 ? 3 : 1
    sum += weight * Number(digits[i])
  }
  return (10 - (sum % 10)) % 10 === Number(digits.at(-1)) ? digits : null
}

/** Which kind of GTIN a checked one is. */
export function gtinTypeOf(gtin: string): NonNullable<Product['gtinType']> {
  if (gtin.length === 13) return /^97[89]/.test(gtin) ? 'ISBN-13' : 'GTIN-13'
  return gtin.length === 8 ? 'GTIN-8' : gtin.length === 12 ? 'GTIN-12' : 'GTIN-14'
}
