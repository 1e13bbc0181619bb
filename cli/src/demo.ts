import { createWriteStream } from 'node:fs'
import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join, relative } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Run, SiteRun } from '@seine/contracts'
import { freePort, projectRoot, type Stack, StackRunning, startStack } from '@seine/stack'
import { type SampleSites, startSampleSites } from '@seine/testkit/samples'
import type { Command, CommandIo } from './command.ts'
import { csvRows } from './csv-rows.ts'
import { readDemoState, writeDemoState } from './demo-state.ts'
import { readFlags } from './flags.ts'
import { interruption, untilAborted } from './interruption.ts'
import { demoFolder } from './stack-folder.ts'
import { table } from './table.ts'
import { unpack } from './unpack.ts'

export const command: Command = {
  name: 'demo',
  summary: 'Run the bundled sample sites end to end and unpack the reports into out/',
  usage: 'seine demo [--keep-running]',
  examples: ['seine demo', 'seine demo --keep-running'],
  async run(args, io) {
    const flags = readFlags(command, args, { 'keep-running': { type: 'boolean', default: false } }, io)
    if (flags === null) return 2
    const dir = demoFolder(io)
    using interrupted = interruption()
    const { signal } = interrupted
    try {
      await using samples = await nextSamples(dir, io)
      await using stack = await startDemoStack(dir, samples, signal, io)
      const { run, sites } = await runAll(stack.gatewayUrl, signal, io)
      await writeDemoState(dir, { port: samples.port, generation: samples.generation })
      const products = run.archive === null ? new Map<string, number>() : await fetchReports(stack.gatewayUrl, run, io)
      summarise(run, sites, products, samples.generation, io)
      if (flags['keep-running']) {
        io.stdout.write(`Still running: ${stack.gatewayUrl} (Ctrl-C or "make down" stops it)\n`)
        await untilAborted(signal)
      }
      return run.status === 'completed' ? 0 : 1
    } catch (error) {
      if (signal.aborted) return 130
      io.stderr.write(`seine demo: ${error instanceof Error ? error.message : String(error)}\n`)
      return error instanceof StackRunning ? 2 : 1
    }
  },
}

/** The sample sites where they were, one generation on: that is what the diff is made of. */
async function nextSamples(dir: string, io: CommandIo): Promise<SampleSites> {
  const before = await readDemoState(dir)
  const generation = (before?.generation ?? 0) + 1
  const port = await freePort(before?.port)
  if (before !== null && before.port !== port) {
    io.stdout.write(
      `Port ${before.port} is taken: the sample sites move to ${port}, so this run compares with nothing.\n`,
    )
  }
  return startSampleSites({ port, generation })
}

async function startDemoStack(dir: string, samples: SampleSites, signal: AbortSignal, io: CommandIo): Promise<Stack> {
  io.stdout.write('Starting broker, database, scheduler, two fetchers, exporter and gateway.\n')
  const sitesFile = join(dir, 'sites.json')
  await mkdir(dir, { recursive: true })
  await writeFile(sitesFile, JSON.stringify({ sites: samples.sites }, null, 2))
  return startStack({
    dir,
    fetchers: 2,
    sitesFile,
    policiesFile: join(projectRoot, 'config/policies.yml'),
    env: { BULK_MAX_CONCURRENCY: '20', ...io.env, ...samples.fetcherEnv },
    durability: 'durable',
    restart: true,
    signal,
    onLine: (line) => io.stdout.write(`  ${line}\n`),
  })
}

async function runAll(gatewayUrl: string, signal: AbortSignal, io: CommandIo): Promise<{ run: Run; sites: SiteRun[] }> {
  const created = await ask<Run>(`${gatewayUrl}/api/bulk-runs`, { method: 'POST', body: '{}', signal })
  const told = new Set<string>()
  for (;;) {
    const { sites, ...run } = await ask<Run & { sites: SiteRun[] }>(`${gatewayUrl}/api/bulk-runs/${created.id}`, {
      signal,
    })
    for (const site of sites) {
      if (site.finishedAt === null || told.has(site.site)) continue
      told.add(site.site)
      io.stdout.write(`  ${site.site}: ${site.status}${site.reason === null ? '' : `, ${site.reason}`}\n`)
    }
    if (run.finishedAt !== null) return { run, sites }
    await sleep(300, undefined, { signal })
  }
}

async function ask<T>(url: string, init: RequestInit): Promise<T> {
  const answer = await fetch(url, { ...init, headers: { 'content-type': 'application/json' } })
  if (!answer.ok) throw new Error(`${init.method ?? 'GET'} ${url} answered ${answer.status}: ${await answer.text()}`)
  return ((await answer.json()) as { data: T }).data
}

/** Puts the archive into out/ and unpacks it there; products by site. */
async function fetchReports(gatewayUrl: string, run: Run, io: CommandIo): Promise<Map<string, number>> {
  const out = join(io.cwd, 'out')
  await mkdir(out, { recursive: true })
  const answer = await fetch(`${gatewayUrl}/api/bulk-runs/${run.id}/archive`)
  if (!answer.ok || answer.body === null)
    throw new Error(`the archive answered ${answer.status}: ${await answer.text()}`)
  const archive = join(out, 'reports.zip')
  await pipeline(Readable.fromWeb(answer.body), createWriteStream(archive))
  const products = new Map<string, number>()
  for (const path of await unpack(archive, out)) {
    const site = /(?:^|\/)([^/]+)\/full\.csv$/.exec(path)?.[1]
    if (site !== undefined) products.set(site, csvRows(await readFile(join(out, path), 'utf8')))
  }
  return products
}

function summarise(
  run: Run,
  sites: readonly SiteRun[],
  products: ReadonlyMap<string, number>,
  generation: number,
  io: CommandIo,
): void {
  const rows = sites.map(({ site, status, counts, diff, reason }) => [
    site,
    status,
    counts.discovered,
    counts.ok + counts.unchanged,
    counts.failed,
    counts.skipped,
    products.get(site) ?? 0,
    diff === null || generation === 1 ? '' : `+${diff.added} −${diff.removed} ~${diff.changed}`,
    reason ?? '',
  ])
  const header = ['site', 'status', 'pages', 'ok', 'failed', 'skipped', 'products', 'changes', 'reason']
  io.stdout.write(`\n${table(header, rows)}\n`)
  const seconds = run.startedAt && run.finishedAt ? (Date.parse(run.finishedAt) - Date.parse(run.startedAt)) / 1_000 : 0
  io.stdout.write(`Run ${run.id}: ${run.status} in ${seconds.toFixed(1)} s, ${run.counts.discovered} pages.\n`)
  if (run.archive === null) return
  const out = relative(process.cwd(), join(io.cwd, 'out')) || '.'
  io.stdout.write(
    `Reports: ${out}/reports.zip, unpacked beside it: ${out}/<site>/{full,seo,diff}.csv and <site>.xlsx\n`,
  )
  io.stdout.write(
    generation === 1
      ? 'The sample sites change between runs: run it again to see what diff.csv makes of it.\n'
      : `Compared with the run before (the sample sites are at generation ${generation}): see ${out}/lamps/diff.csv\n`,
  )
}
