import { setTimeout as sleep } from 'node:timers/promises'
import type { Client } from '@seine/client'
import type { ServedHosts } from './hosts-process.ts'
import { siteNameOf } from './world.ts'

/** Sites that one run may work on at once (`concurrency` of a run). */
const maxSitesOfRun = 1_000
const pollMs = 500
const steadyTimeoutMs = 300_000

export interface Started {
  readonly runIds: readonly string[]
  /** What it took to be told that all runs are there. */
  readonly plannedMs: number
}

/** Starts runs over all hosts, every site at once. */
export async function startRuns(client: Client, hosts: number): Promise<Started> {
  const names = Array.from({ length: hosts }, (_, host) => siteNameOf(host))
  const startedMs = performance.now()
  const runIds: string[] = []
  for (let from = 0; from < hosts; from += maxSitesOfRun) {
    const sites = names.slice(from, from + maxSitesOfRun)
    runIds.push((await client.createRun({ sites, concurrency: sites.length })).id)
  }
  return { runIds, plannedMs: performance.now() - startedMs }
}

/**
 * Resolves when every host has been asked so often: robots.txt, home page and sitemap are three, what comes after are pages. Gives how
 * long it took. Throws after five minutes.
 */
export async function untilAllAsked(served: ServedHosts, times: number): Promise<number> {
  const startedMs = performance.now()
  for (;;) {
    const seen = await served.seen()
    const tookMs = performance.now() - startedMs
    if (seen.every((requests) => requests >= times)) return tookMs
    if (tookMs > steadyTimeoutMs) {
      const behind = seen.filter((requests) => requests < times).length
      throw new Error(`${behind} hosts were not asked ${times} times within ${steadyTimeoutMs / 1_000} s`)
    }
    await sleep(pollMs)
  }
}
