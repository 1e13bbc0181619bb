import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type Client, makeClient, type RunDetail } from '@seine/client'
import { freePort, projectRoot, type Stack, startStack } from '@seine/stack'
import { type SampleSites, startSampleSites } from '@seine/testkit/samples'
import type { Command, CommandIo } from './command.ts'
import { csvRows } from './csv-rows.ts'
import { readDemoState, writeDemoState } from './demo-state.ts'
import { exitCodes } from './exit-codes.ts'
import { fetchArchive } from './fetch-archive.ts'
import { readFlags } from './flags.ts'
import { formatDuration } from './format.ts'
import { interruption, untilAborted } from './interruption.ts'
import { demoFolder } from './stack-folder.ts'
import { table } from './table.ts'
import { unpack } from './unpack.ts'
import { watchRun } from './watch-run.ts'

export const command: Command = {
  name: 'demo',
  summary: 'Run the bundled sample sites end to end and unpack the reports into out/',
  usage: 'seine demo [--keep-running]',
  examples: ['seine demo', 'seine demo --keep-running'],
  async run(args, io) {
    const flags = readFlags(command, args, { 'keep-running': { type: 'boolean', default: false } }, io)
    if (flags === null) return exitCodes.usage
    const dir = demoFolder(io)
    using interrupted = interruption()
    const { signal } = interrupted
    try {
      await using samples = await nextSamples(dir, io)
      await using stack = await startDemoStack(dir, samples, signal, io)
      const client = makeClient({ baseUrl: stack.gatewayUrl, apiKey: stack.apiKey })
      const run = await runAll(client, signal, io)
      if (run === null) return exitCodes.interrupted
      await writeDemoState(dir, { port: samples.port, generation: samples.generation })
      summarise(run, await fetchReports(client, run.id, io), samples.generation, io)
      if (flags['keep-running']) {
        io.stdout.write(`Still running: ${stack.gatewayUrl} (Ctrl-C or "make down" stops it)\n`)
        await untilAborted(signal)
      }
      // Some sample sites are there to fail.
      return run.status === 'completed' ? exitCodes.ok : exitCodes.failed
    } catch (error) {
      if (signal.aborted) return exitCodes.interrupted
      io.stderr.write(`seine demo: ${error instanceof Error ? error.message : String(error)}\n`)
      return exitCodes.failed
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
  // A host that never gives its robots.txt keeps the run waiting for its breaker: right, and too long to watch.
  const sites = samples.sites.filter(({ name }) => name !== 'closed')
  await writeFile(sitesFile, JSON.stringify({ sites }, null, 2))
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

/** Null: interrupted. */
async function runAll(client: Client, signal: AbortSignal, io: CommandIo): Promise<RunDetail | null> {
  const { id } = await client.createRun({})
  io.stdout.write(`Run ${id}\n`)
  const ended = await watchRun(client, await client.getRun(id), { since: 0, quiet: false, signal }, io)
  // The next demo's scheduler would take it up beside its own run.
  if (ended === null) await client.cancelRun(id)
  return ended
}

/** Puts the archive into out/ and unpacks it there; products by site. */
async function fetchReports(client: Client, runId: string, io: CommandIo): Promise<Map<string, number>> {
  const products = new Map<string, number>()
  const out = join(io.cwd, 'out')
  const parts = await fetchArchive(client, await client.getRun(runId), out)
  for (const path of await unpack(parts, out)) {
    const site = /(?:^|\/)([^/]+)\/full\.csv$/.exec(path)?.[1]
    if (site !== undefined) products.set(site, csvRows(await readFile(join(out, path), 'utf8')))
  }
  return products
}

function summarise(run: RunDetail, products: ReadonlyMap<string, number>, generation: number, io: CommandIo): void {
  const rows = run.sites.map(({ site, status, counts, diff, reason }) => [
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
  const durationMs = run.startedAt && run.finishedAt ? Date.parse(run.finishedAt) - Date.parse(run.startedAt) : 0
  io.stdout.write(`Run ${run.id}: ${run.status} in ${formatDuration(durationMs)}, ${run.counts.discovered} pages.\n`)
  if (run.archive === null) return
  io.stdout.write(`Reports: out/reports.zip, unpacked beside it: out/<site>/{full,seo,diff}.csv and <site>.xlsx\n`)
  io.stdout.write(
    generation === 1
      ? 'The sample sites change between runs: run it again to see what diff.csv makes of it.\n'
      : `Compared with the run before (the sample sites are at generation ${generation}): see out/lamps/diff.csv\n`,
  )
}
