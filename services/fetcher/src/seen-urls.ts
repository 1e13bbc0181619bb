/**
 * URLs that need not be published again. Every page of a shop links to the same navigation; publishing that once a
 * process instead of once a page is most of what discovery costs.
 *
 * Sound because a URL is marked only after the stream has stored a batch with it, and what was seen dies with the process
 * and with the plan.
 */
export interface SeenUrls {
  has(url: string): boolean
  add(url: string): void
}

/**
 * Opens what is seen of one plan, empty at first. All of them share two generations of at most `maxUrls` each: at the limit the
 * older one is dropped, which costs repeated publishing alone. Keeps I7: a process has to do with many site runs, and is not told when
 * one has ended.
 */
export function makeSeenUrls(maxUrls = 100_000): () => SeenUrls {
  let young = new Set<string>()
  let old = new Set<string>()
  let opened = 0
  return () => {
    const plan = opened++
    const keyOf = (url: string): string => `${plan} ${url}`
    return {
      has(url) {
        const key = keyOf(url)
        return young.has(key) || old.has(key)
      },
      add(url) {
        if (young.size >= maxUrls) {
          old = young
          young = new Set()
        }
        young.add(keyOf(url))
      },
    }
  }
}
