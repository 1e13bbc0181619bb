import { type LiveFilter, matchesFilter } from '@seine/contracts'
import type { ClientQueue } from './client-queue.ts'
import type { FeedEvent } from './event-feed.ts'

interface Listener {
  readonly filter: LiveFilter
  readonly queue: ClientQueue<FeedEvent>
}

/** Who listens to what. By run and by site: an event costs those who listen to it, not all there are. */
export interface Listeners {
  /** Gives the function that takes it out. */
  add(filter: LiveFilter, queue: ClientQueue<FeedEvent>): () => void
  tell(event: FeedEvent): void
  readonly size: number
  /** Closes every queue. */
  close(): void
}

export function makeListeners(): Listeners {
  const groups = new Map<string, Set<Listener>>()
  let size = 0

  function tellGroup(key: string, event: FeedEvent): void {
    for (const { filter, queue } of groups.get(key) ?? []) if (matchesFilter(filter, event)) queue.push(event)
  }

  return {
    add(filter, queue) {
      const key = groupOf(filter)
      const group = groups.get(key) ?? new Set()
      const listener = { filter, queue }
      groups.set(key, group.add(listener))
      size++
      return () => {
        if (!group.delete(listener)) return
        size--
        if (group.size === 0 && groups.get(key) === group) groups.delete(key)
      }
    },
    tell(event) {
      tellGroup(`run.${event.runId}`, event)
      if (event.site !== null) tellGroup(`site.${event.site}`, event)
      tellGroup('all', event)
    },
    get size() {
      return size
    },
    close() {
      for (const group of groups.values()) for (const { queue } of [...group]) queue.close()
    },
  }
}

function groupOf({ run, site }: LiveFilter): string {
  if (run !== undefined) return `run.${run}`
  return site === undefined ? 'all' : `site.${site}`
}
