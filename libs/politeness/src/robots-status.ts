/** What the answer for a robots.txt means. `retry`: nothing may be fetched until it has been read. */
export interface RobotsVerdict {
  readonly access: 'as-written' | 'allow-all' | 'disallow-all'
  readonly retry: boolean
}

/**
 * RFC 9309 §2.3.1: read it where it is there, allow everything where the host says there is none (4xx, or more redirects
 * than are followed), allow nothing where nobody can know (5xx, no answer), and ask again.
 * 429 is a 4xx which does not say that there is no robots.txt, only to come back later.
 *
 * @param status of the last hop. 0: no answer. 3xx: redirects ended without a file.
 */
export function robotsVerdictForStatus(status: number): RobotsVerdict {
  if (status >= 200 && status < 300) return { access: 'as-written', retry: false }
  if (status === 429) return { access: 'disallow-all', retry: true }
  if (status >= 300 && status < 500) return { access: 'allow-all', retry: false }
  return { access: 'disallow-all', retry: true }
}
