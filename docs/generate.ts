import { readFileSync, writeFileSync } from 'node:fs'
import { wireTables } from '@seine/contracts'

const file = new URL('../ARCHITECTURE.md', import.meta.url)

/** The text of ARCHITECTURE.md with its generated part made anew. */
export function withWireTables(text: string): string {
  return text.replace(
    /(<!-- wire -->\n)[\s\S]*?(<!-- \/wire -->)/,
    (_all, start, end) => `${start}${wireTables()}\n${end}`,
  )
}

if (import.meta.main) writeFileSync(file, withWireTables(readFileSync(file, 'utf8')))
