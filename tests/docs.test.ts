import { readFileSync } from 'node:fs'
import { expect, it } from 'vitest'
import { apiText, withWireTables } from '../docs/generate.ts'
import { metricsText } from '../docs/generate-metrics.ts'

it('ARCHITECTURE.md says what the contracts say (npm run docs)', () => {
  const text = readFileSync(new URL('../ARCHITECTURE.md', import.meta.url), 'utf8')
  expect(withWireTables(text)).toBe(text)
})

it('docs/API.md says what the route table says (npm run docs)', () => {
  expect(readFileSync(new URL('../docs/API.md', import.meta.url), 'utf8')).toBe(apiText())
})

it('docs/metrics.md says what the table of metrics says (npm run docs)', () => {
  expect(readFileSync(new URL('../docs/metrics.md', import.meta.url), 'utf8')).toBe(metricsText())
})
