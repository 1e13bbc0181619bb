import { readFileSync, writeFileSync } from 'node:fs'
import { wireTables } from '@seine/contracts'
import { version } from '@seine/runtime'
import { apiMarkdown } from '../services/gateway/src/docs/api-markdown.ts'
import { documentedRoutes } from '../services/gateway/src/docs/documented-routes.ts'
import { openApiOf } from '../services/gateway/src/http/openapi.ts'

const file = new URL('../ARCHITECTURE.md', import.meta.url)

/** The text of ARCHITECTURE.md with its generated part made anew. */
export function withWireTables(text: string): string {
  return text.replace(
    /(<!-- wire -->\n)[\s\S]*?(<!-- \/wire -->)/,
    (_all, start, end) => `${start}${wireTables()}\n${end}`,
  )
}

/** docs/API.md: what the gateway's route table says. */
export const apiText = (): string => apiMarkdown(openApiOf(documentedRoutes(), version))

if (import.meta.main) {
  writeFileSync(file, withWireTables(readFileSync(file, 'utf8')))
  writeFileSync(new URL('API.md', import.meta.url), apiText())
}
