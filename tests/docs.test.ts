import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { withWireTables } from '../docs/generate.ts'

it('ARCHITECTURE.md says what the contracts say (npm run docs)', () => {
  const text = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8')
  expect(withWireTables(text)).toBe(text)
})
