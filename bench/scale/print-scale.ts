import type { Run } from '@seine/contracts'
import type { ArchiveCheck } from './check-archive.ts'
import type { Disk } from './disk.ts'
import type { RequestSummary } from './request-counts.ts'
import { type Reading, stretchesOf } from './stretches.ts'
import type { World } from './world.ts'

/** All that a run showed; kept as JSON so that sizes can be set beside each other. */
export interface ScaleResult {
  readonly world: World
  readonly run: Pick<Run, 'id' | 'status' | 'reason' | 'counts'>
  readonly expected: { readonly pages: number; readonly products: number }
  readonly ledgerBalances: boolean
  readonly requests: RequestSummary
  /** Null: the run made none. */
  readonly archive: ArchiveCheck | null
  readonly archiveBytes: number
  readonly disk: Disk
  /** By process. */
  readonly restarts: Readonly<Record<string, number>>
  /** From its start to its end. */
  readonly readings: readonly Reading[]
}

/** What was not as it has to be; empty: nothing. */
export function problemsOf(result: ScaleResult): string[] {
  const { run, expected, requests, archive } = result
  const problems: string[] = []
  if (run.status !== 'completed') problems.push(`the run is ${run.status}: ${run.reason}`)
  if (!result.ledgerBalances) problems.push('the ledger does not balance with its rows')
  if (run.counts.ok !== expected.pages || run.counts.discovered !== expected.pages)
    problems.push(`the ledger has ${JSON.stringify(run.counts)}, there are ${expected.pages} pages`)
  if (requests.never > 0) problems.push(`${requests.never} pages were never asked for`)
  if (archive === null) problems.push('there is no archive')
  else {
    if (archive.pages !== expected.pages)
      problems.push(`${archive.pages} of ${expected.pages} pages are right in seo.csv`)
    if (archive.products !== expected.products)
      problems.push(`${archive.products} of ${expected.products} products are right in full.csv`)
    problems.push(...archive.problems)
  }
  for (const [name, restarts] of Object.entries(result.restarts))
    if (restarts > 0) problems.push(`${name} ended by itself ${restarts} times`)
  return problems
}

/** Gives whether everything is as it has to be. */
export function printScale(result: ScaleResult): boolean {
  const { readings, expected, disk, requests } = result
  const { pages } = expected
  const last = readings.at(-1)!
  const problems = problemsOf(result)
  console.log(`\n${pages} URLs on ${result.world.sites} sites: ${problems.length === 0 ? 'right' : 'WRONG'}`)
  for (const problem of problems) console.log(`  ${problem}`)
  console.log(`requests: ${JSON.stringify(requests)}`)
  console.log(`${last.seconds.toFixed(0)} s, ${(pages / last.seconds).toFixed(0)} pages/s with all exports`)

  const spent = (name: string) => last.usage[name]!.cpuMs - (readings[0]?.usage[name]?.cpuMs ?? 0)
  const names = Object.keys(last.usage)
  console.table(
    Object.fromEntries(
      names.map((name) => [
        name,
        {
          'CPU ms a URL': round(spent(name) / pages, 3),
          'largest process, MB': last.usage[name]!.peakRssMb,
          'MB at the start': readings[0]?.memory[name]?.mb,
          'MB halfway': readings[Math.floor(readings.length / 2)]?.memory[name]?.mb,
          'MB at the end': last.memory[name]?.mb,
        },
      ]),
    ),
  )
  const mesh = names.filter((name) => !name.startsWith('('))
  console.log(`the mesh: ${round(mesh.reduce((sum, name) => sum + spent(name), 0) / pages, 3)} ms of CPU a URL`)
  console.log('each stretch of it:')
  console.table(
    stretchesOf(readings).map(({ pages: to, pagesPerSecond, cpuMsEach }) => ({
      'to page': to,
      'pages/s': Math.round(pagesPerSecond),
      'CPU ms a URL': round(sumOf(mesh.map((name) => cpuMsEach[name] ?? 0)), 2),
      ...Object.fromEntries(mesh.map((name) => [name, round(cpuMsEach[name] ?? 0, 2)])),
    })),
  )
  const perUrl = (sizes: Readonly<Record<string, number>>) =>
    Object.fromEntries(
      Object.entries(sizes).map(([name, bytes]) => [
        name,
        { MB: round(bytes / 1e6, 1), 'bytes a URL': Math.round(bytes / pages) },
      ]),
    )
  console.table(
    perUrl({ ...disk.broker, ...disk.database, 'write-ahead log': disk.walBytes, 'reports.zip': result.archiveBytes }),
  )
  return problems.length === 0
}

const sumOf = (numbers: readonly number[]): number => numbers.reduce((sum, n) => sum + n, 0)

const round = (value: number, digits: number): number => Number(value.toFixed(digits))
