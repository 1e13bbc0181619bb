import type { HttpPage } from '@seine/net'
import { canonicalUrl } from '@seine/urls'
import type { Asked } from './ask.ts'
import type { Ending } from './ending.ts'

type Answer = Pick<HttpPage, 'status' | 'headers'>

export type Fetched<A extends Answer = HttpPage> =
  | { kind: 'answer'; answer: A; url: string; hostDueAtMs: number }
  | { kind: 'too-many'; url: string }
  | { kind: 'ending'; ending: Ending }

/**
 * Follows redirects for what is not a page (robots.txt, sitemaps, the home page in preflight), at most `maxRedirects`
 * hops. Every hop is asked for politely, through the guard and its own host's clock. `onHop` sees each answer left behind.
 */
export async function followRedirects<A extends Answer>(
  startUrl: string,
  maxRedirects: number,
  ask: (url: string) => Promise<Asked<A>>,
  onHop?: (answer: A) => Promise<void>,
): Promise<Fetched<A>> {
  let url = startUrl
  for (let hops = 0; ; hops++) {
    const asked = await ask(url)
    if (asked.kind === 'ending') return asked
    const { answer, hostDueAtMs } = asked
    const location = answer.status >= 300 && answer.status < 400 ? answer.headers.location : undefined
    const next = location === undefined ? null : canonicalUrl(location, url)
    if (next === null) return { kind: 'answer', answer, url, hostDueAtMs }
    await onHop?.(answer)
    if (hops >= maxRedirects) return { kind: 'too-many', url: next }
    url = next
  }
}
