import type { RoundEvidence } from '../round-evidence.ts'
import { isPage } from '../world/visit.ts'

/** I2: nothing is lost, nothing is counted twice. Each page that is served, and each that was asked for, has one row. */
export function oneRowEach(evidence: Pick<RoundEvidence, 'served' | 'visits' | 'ledger' | 'reports'>): string[] {
  const { served, visits, ledger, reports } = evidence
  const problems: string[] = []
  for (const [site, { pages }] of served) {
    const inLedger = ledger.filter((row) => row.site === site && row.kind === 'page').map(({ url }) => url)
    const inReport = (reports.get(site)?.seo ?? []).map((row) => row.Address ?? '')
    for (const [where, urls] of [
      ['ledger', inLedger],
      ['seo.csv', inReport],
    ] as const) {
      for (const url of repeated(urls)) problems.push(`${site}: ${url} more than once in ${where}`)
      const there = new Set(urls)
      for (const url of pages.keys()) if (!there.has(url)) problems.push(`${site}: ${url} is not in ${where}`)
    }
    const known = new Set(inLedger)
    const origin = new URL(pages.keys().next().value ?? 'http://nowhere.invalid').host
    const asked = new Set(visits.filter((visit) => visit.host === origin && isPage(visit)).map(({ path }) => path))
    for (const path of asked)
      if (!known.has(`http://${origin}${path}`)) problems.push(`${site}: ${path} was asked for and has no row`)
  }
  return problems
}

function repeated(list: readonly string[]): string[] {
  const seen = new Set<string>()
  return list.filter((entry) => seen.size === seen.add(entry).size)
}
