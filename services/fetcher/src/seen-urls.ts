/**
 * URLs that need not be published again. Every page of a shop links to the same navigation; publishing that once a
 * process instead of once a page is most of what discovery costs.
 *
 * Sound because a URL is marked only after the stream has stored a batch with it, and the set dies with the process
 * and with the plan.
 */
export interface SeenUrls {
  has(url: string): boolean
  add(url: string): void
}

/** Two generations of at most `maxUrls` each: at the limit the older one is dropped, which costs repeated publishing alone. */
export function makeSeenUrls(maxUrls = 50_000): SeenUrls {
  let young = new Set<string>()
  let old = new Set<string>()
  return {
    has: (url) => young.has(url) || old.has(url),
    add(url) {
      if (young.size >= maxUrls) {
        old = young
        young = new Set()
      }
      young.add(url)
    },
  }
}
