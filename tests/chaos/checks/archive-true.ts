import type { RoundEvidence, Row } from '../round-evidence.ts'
import type { Reading } from '../world/served.ts'

/** The archive says what somebody reads who asks for the pages himself. */
export function archiveTrue({
  served,
  reports,
  visits,
}: Pick<RoundEvidence, 'served' | 'reports' | 'visits'>): string[] {
  const problems: string[] = []
  const answered = new Set(
    visits.filter(({ status }) => status === 404).map(({ host, path }) => `http://${host}${path}`),
  )
  for (const [site, { pages, forbidden }] of served) {
    const report = reports.get(site)
    if (report === undefined) {
      problems.push(`${site}: no reports`)
      continue
    }
    for (const row of report.seo) {
      const url = row.Address ?? ''
      const page = pages.get(url)
      if (page !== undefined) problems.push(...differences(row, page).map((text) => `${site}: ${url}: ${text}`))
      else if (forbidden.has(url)) {
        if (row.Outcome === 'ok') problems.push(`${site}: ${url} may not be asked and is ok`)
      } else if (row['Status Code'] !== '404' || !answered.has(url))
        problems.push(`${site}: ${url} is not served and has status ${row['Status Code']}`)
    }
    const prices = new Map(report.full.map((row) => [row.URL, row.Price]))
    for (const [url, { price, status }] of pages)
      if (status === 200 && price !== '' && Number(prices.get(url)) !== Number(price))
        problems.push(`${site}: ${url} costs ${price}, full.csv says ${prices.get(url) ?? 'nothing'}`)
  }
  return problems
}

function differences(row: Row, page: Reading): string[] {
  const good = page.status < 400
  const outcome = row.Outcome === 'unchanged' ? 'ok' : row.Outcome
  const said: [string, string | undefined, string][] = [
    ['outcome', outcome, good ? 'ok' : 'failed'],
    ['status', row['Status Code'], String(page.status)],
  ]
  if (page.status === 200)
    said.push(
      ['hash', row.Hash, page.hash],
      ['size', row['Size (Bytes)'], String(page.sizeBytes)],
      ['title', row['Title 1'], page.title],
      ['h1', row['H1-1'], page.h1],
      ['description', row['Meta Description 1'], page.description],
    )
  if (page.location !== '') said.push(['redirect', row['Redirect URL'], page.location])
  return said.flatMap(([what, is, should]) => (is === should ? [] : [`${what} '${is}', served is '${should}'`]))
}
