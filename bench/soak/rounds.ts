import { writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Client, RunDetail } from '@seine/client'
import { eventually } from '@seine/testkit'
import { checkRun } from './check-run.ts'
import type { ServedShops } from './serve-shops.ts'
import { isListed, type Shop } from './shops.ts'
import type { watch } from './watchers.ts'

const runTimeoutMs = 15 * 60_000
const policy = {
  ratePerSecond: 5,
  burst: 5,
  concurrency: 4,
  retry: { maxAttempts: 3, baseMs: 200, capMs: 1_000 },
}

/** A run over all shops for each generation of them; some are paused, retried or compared, and some have a cancelled one behind them. */
export function makeRounds(deps: {
  shops: readonly Shop[]
  served: ServedShops
  sitesFile: string
  say: (line: string) => void
}) {
  const { shops, served, say } = deps
  const totals = { runs: 0, pages: 0, problems: [] as string[] }
  let previous: string | null = null

  const writeSites = () =>
    writeFileSync(
      deps.sitesFile,
      JSON.stringify({
        sites: shops
          .filter((shop) => isListed(shop, served.generation))
          .map((shop) => ({
            name: shop.name,
            startUrls: [`${served.originOf(shop)}/`],
            policy: 'soak',
            ...(shop.number === 0 ? { storePages: true } : {}),
          })),
      }),
    )

  async function untilKnown(client: Client): Promise<void> {
    const wanted = shops.filter((shop) => isListed(shop, served.generation)).map(({ name }) => name)
    await eventually(
      async () => {
        const { data } = await client.listSites({ perPage: 100 })
        const names = new Set(data.map(({ name }) => name))
        if (names.size !== wanted.length || wanted.some((name) => !names.has(name))) throw new Error('other sites')
      },
      { timeoutMs: 30_000 },
    )
  }

  async function untilEnded(client: Client, id: string): Promise<RunDetail> {
    const endMs = performance.now() + runTimeoutMs
    for (;;) {
      const run = await client.getRun(id)
      if (run.finishedAt !== null) return run
      if (performance.now() > endMs) throw new Error(`run ${id} does not end: ${JSON.stringify(run.counts)}`)
      await sleep(1_000)
    }
  }

  async function compare(client: Client, before: string, after: string): Promise<void> {
    const { id } = await client.createDiff({ before, after, site: shops[1]!.name })
    const ended = await eventually(
      async () => {
        const diff = await client.getDiff(id)
        if (diff.status === 'running') throw new Error('it goes on')
        return diff
      },
      { timeoutMs: 60_000 },
    )
    const file = await client.diffFile(id, shops[1]!.name)
    const { added, removed } = ended.counts
    await file?.body.cancel()
    if (file === null || added === 0 || removed === 0)
      totals.problems.push(`comparison ${id}: ${ended.status}, ${added} added, ${removed} removed`)
  }

  async function cancelOne(client: Client): Promise<void> {
    const { id } = await client.createRun({ limit: 60 })
    await sleep(5_000)
    await client.cancelRun(id)
    const { status } = await untilEnded(client, id)
    if (status !== 'cancelled') totals.problems.push(`run ${id} is ${status}, not cancelled`)
  }

  return {
    totals,
    writeSites,
    writePolicies(path: string): string {
      // JSON is YAML.
      writeFileSync(path, JSON.stringify({ policies: { default: {}, soak: policy } }))
      return path
    },
    async next(client: Client, watchers: ReturnType<typeof watch>): Promise<void> {
      const { generation } = served
      const problemsBefore = totals.problems.length
      await untilKnown(client)
      const { id } = await client.createRun({})
      const unwatch = watchers.run(id)
      if (generation % 5 === 2) {
        await sleep(5_000)
        await client.pauseRun(id)
        await sleep(2_000)
        await client.resumeRun(id)
      }
      const run = await untilEnded(client, id)
      unwatch()
      totals.runs++
      totals.pages += run.counts.ok + run.counts.unchanged + run.counts.failed
      totals.problems.push(...(await checkRun(client, run, shops, served)))
      if (previous !== null) await compare(client, previous, id)
      if (generation % 5 === 3) {
        await client.retryRun(id, { failuresOnly: true })
        const again = await untilEnded(client, id)
        totals.problems.push(...(await checkRun(client, again, shops, served)))
      }
      if (generation % 6 === 4) await cancelOne(client)
      const { ok, unchanged, failed } = run.counts
      const wrong = totals.problems.slice(problemsBefore)
      say(
        `generation ${generation}: ${ok} ok, ${unchanged} unchanged, ${failed} failed; ${wrong[0] ?? 'archive right'}`,
      )
      previous = id
      served.generation++
      writeSites()
    },
  }
}
