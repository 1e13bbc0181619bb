import type { RoundEvidence } from '../round-evidence.ts'

/** I6: a page is removed where the site says so, and only there: a failed fetch is never a removed page. */
export function removedRightly(evidence: Pick<RoundEvidence, 'served' | 'servedBefore' | 'reports'>): string[] {
  const problems: string[] = []
  for (const [site, { pages }] of evidence.served) {
    const removed = new Set(
      (evidence.reports.get(site)?.diff ?? []).flatMap((row) => (row.Change === 'removed' ? [row.URL ?? ''] : [])),
    )
    const isGone = (url: string) => (pages.get(url)?.status ?? 404) === 404 || pages.get(url)?.status === 410
    for (const url of removed) if (!isGone(url)) problems.push(`${site}: ${url} is called removed and is served`)
    for (const [url, { status }] of evidence.servedBefore?.get(site)?.pages ?? [])
      if (status === 200 && isGone(url) && !removed.has(url))
        problems.push(`${site}: ${url} is gone and not called removed`)
  }
  return problems
}
