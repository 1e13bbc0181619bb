import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'
import { canonicalUrl } from './index.ts'

const folder =
  process.env.SEINE_CONFORMANCE_DIR ?? fileURLToPath(new URL('../../../../shared/conformance', import.meta.url))
const file = `${folder}/urls/crawler-commons-normalizer.json`

type Case = { in: string; out: string }
type Suite = {
  cases: Case[]
  querySortCases?: Case[]
  ipv6Cases?: Case[]
  sessionIdCases?: Case[]
  invalid?: string[]
  resolveCases?: { ref: string; base: string; out: string }[]
}

/** Deviation 1: what is not http(s) with a host is refused rather than normalised, for nothing here could fetch it. */
const fetchable = (url: string) => /^https?:\/\/[^/]/i.test(url)

if (!existsSync(file)) {
  it.skip(`URL conformance: no cases, ${folder} is absent (set SEINE_CONFORMANCE_DIR)`, () => {})
} else {
  const suite = JSON.parse(readFileSync(file, 'utf8')) as Suite
  const normalised = [suite.cases, suite.querySortCases, suite.ipv6Cases, suite.sessionIdCases].flatMap((c) => c ?? [])

  describe('URL conformance', () => {
    it.each(normalised)('normalises $in', ({ in: url, out }) => {
      expect(canonicalUrl(url)).toBe(fetchable(out) ? out : null)
    })

    it.each(suite.invalid ?? [])('refuses %s', (url) => {
      expect(canonicalUrl(url)).toBeNull()
    })

    // Deviation 2: the rows resolve without normalising, so the expected URL is normalised first.
    it.each(suite.resolveCases ?? [])('resolves $ref against $base', ({ ref, base, out }) => {
      expect(canonicalUrl(ref, base)).toBe(fetchable(out) ? canonicalUrl(out) : null)
    })
  })
}
