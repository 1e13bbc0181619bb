import { type TrapKey, trapCaps, trapKeyOf } from '@seine/urls'
import type { Candidate } from './admission.ts'

/** How many URLs a site run has under a trap key. */
export interface TrapCount extends TrapKey {
  readonly n: number
}

/** Cuts off what a site makes up without end. */
export interface TrapCaps {
  /** Null: it may be entered, as far as this goes. Else the reason why not. */
  refusalOf(page: Candidate): string | null
  /** Counts a page that was entered. */
  count(page: Candidate): void
  /** What was counted, to be added to what is stored. */
  counted(): TrapCount[]
}

/**
 * Whether a page was found by following the site. A sitemap's word is taken up to the site's own limits: somebody listed
 * those pages, and whole archives end in dates. What only the run before knew was followed then, and counts: else a
 * trap would grow by its cap with every run.
 */
export function isFollowed({ kind, source }: Candidate): boolean {
  return kind === 'page' && (source === 'link' || source === 'redirect' || source === 'known')
}

/** None for most. */
export function trapKeysOf(candidate: Candidate): TrapKey[] {
  return isFollowed(candidate) ? trapKeyOf(candidate.url) : []
}

/** Pure: `stored` are the counts of all keys that come up, read under the site run's lock, so that caps hold exactly. */
export function makeTrapCaps(stored: readonly TrapCount[]): TrapCaps {
  const known = new Map(stored.map((count) => [idOf(count), count.n]))
  const added = new Map<string, TrapCount>()
  const countOf = (id: string) => (known.get(id) ?? 0) + (added.get(id)?.n ?? 0)

  return {
    refusalOf(page) {
      const full = trapKeysOf(page).find((key) => countOf(idOf(key)) >= trapCaps[key.kind])
      return full === undefined ? null : `trap-${full.kind}`
    },
    count(page) {
      for (const key of trapKeysOf(page)) {
        const id = idOf(key)
        added.set(id, { ...key, n: (added.get(id)?.n ?? 0) + 1 })
      }
    },
    counted: () => [...added.values()],
  }
}

function idOf({ kind, key }: TrapKey): string {
  return `${kind} ${key}`
}
