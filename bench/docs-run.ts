/**
 * One bulk run over real documentation sites with two fetchers, one of which is killed on the way, and the broker too; then
 * the archive is checked against the files that were served, and the costs are set beside a bare loop over the same pages.
 *
 *   node bench/sites/install.ts && node bench/docs-run.ts [--fetchers 2] [--no-kill] [--keep]
 */
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import { type Run, type SiteRun, steps } from '@seine/contracts'
import type { Stack } from '@seine/stack'
import { callMesh, processIds, startBenchMesh, unpackArchive } from './bench-mesh.ts'
import { checkArchive } from './check-archive.ts'
import { startProcessMeter, type Usage } from './process-meter.ts'
import { startDocSites } from './sites/doc-sites.ts'

const { values } = parseArgs({
  options: {
    fetchers: { type: 'string', default: '2' },
    kill: { type: 'boolean', default: true },
    keep: { type: 'boolean', default: false },
    'timeout-minutes': { type: 'string', default: '15' },
  },
  allowNegative: true,
})
const pollMs = 250
const folder = mkdtempSync(join(tmpdir(), 'seine-docs-run-'))
const docs = await startDocSites()
try {
  const pages = Object.values(docs.pages).reduce((sum, files) => sum + files.size, 0)
  console.log(`${docs.sites.length} sites, ${pages} pages, ${values.fetchers} fetchers; ${folder}`)
  await using stack = await startBenchMesh(docs, { folder, fetchers: Number(values.fetchers), restart: true })
  const meter = startProcessMeter(() => processIds(stack))
  const run = await follow(stack, pages)
  const usage = meter.stop()
  const unpacked = await unpackArchive(stack, run.id, folder)
  const check = await checkArchive(unpacked, docs.pages)
  report(run, pages, usage)
  console.log(check.ok ? `archive: right, ${check.pages} pages` : `archive: WRONG, ${check.problemCount} problems`)
  for (const problem of check.problems.slice(0, 20)) console.log(`  ${problem}`)
  console.log(`other rows by status: ${JSON.stringify(check.otherRows)}`)
  if (!check.ok || run.status !== 'completed') process.exitCode = 1
} finally {
  await docs.stop()
  if (!values.keep) rmSync(folder, { recursive: true, force: true })
}
if (process.exitCode !== 1) {
  console.log('the bare loop (undici and htmlparser2, nothing kept) over the same pages:')
  console.log(execFileSync(process.execPath, [join(import.meta.dirname, 'ceiling.ts')], { encoding: 'utf8' }).trim())
}

/** Starts the run and kills what has to be killed on the way. Resolves when it has ended. */
async function follow(stack: Stack, pages: number): Promise<Run> {
  const kills = values.kill ? [kill('fetcher-1', 0.25), kill('nats', 0.55)] : []
  const created = await callMesh<Run>(stack, '/api/bulk-runs', { method: 'POST', body: '{}' })
  const untilMs = Date.now() + Number(values['timeout-minutes']) * 60_000
  for (;;) {
    const run = await callMesh<Run>(stack, `/api/bulk-runs/${created.id}`).catch(() => null)
    if (run && ['completed', 'failed', 'cancelled'].includes(run.status)) return run
    const share = run === null ? 0 : (run.counts.ok + run.counts.failed) / pages
    for (const { done, name, at } of kills)
      if (share >= at && !done.value) {
        done.value = true
        console.log(`${Math.round(share * 100)} %: kill -9 ${name}`)
        await stack.processes.get(name)?.kill('SIGKILL')
      }
    if (Date.now() > untilMs)
      throw new Error(`no end after ${values['timeout-minutes']} minutes: ${JSON.stringify(run)}`)
    await sleep(pollMs)
  }
}

function kill(name: string, at: number) {
  return { name, at, done: { value: false } }
}

function report(run: Run & { sites?: SiteRun[] }, pages: number, usage: Record<string, Usage>): void {
  const seconds = (Date.parse(run.finishedAt ?? '') - Date.parse(run.startedAt ?? '')) / 1_000
  console.log(`run ${run.id}: ${run.status}${run.reason ? ` (${run.reason})` : ''}, ${JSON.stringify(run.counts)}`)
  for (const { step, startedAt, finishedAt } of run.steps)
    if (steps.includes(step)) console.log(`  ${step}: ${startedAt ?? '-'} … ${finishedAt ?? '-'}`)
  console.log(`${seconds.toFixed(1)} s, ${Math.round(pages / seconds)} pages/s over the whole run, exports included`)
  console.table(
    Object.fromEntries(
      Object.entries(usage).map(([name, { cpuMs, peakRssMb, lives }]) => [
        name,
        { 'CPU ms a page': Number((cpuMs / pages).toFixed(3)), 'CPU s': cpuMs / 1_000, 'peak MB': peakRssMb, lives },
      ]),
    ),
  )
}
