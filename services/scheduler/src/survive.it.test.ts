import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schedulerRpc } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ledgersBalance } from './testing/database.ts'
import { makeFakeExporter } from './testing/fake-exporter.ts'
import { makeFakeFetcher, page } from './testing/fake-fetcher.ts'
import { startTestMesh, type TestMesh } from './testing/mesh.ts'

const main = new URL('./main.ts', import.meta.url).pathname
const pages = 3_000

let mesh: TestMesh
let folder: string
let fetcher: ReturnType<typeof makeFakeFetcher>
const processes: { child: ChildProcess; lines: Record<string, unknown>[] }[] = []

beforeAll(async () => {
  mesh = await startTestMesh()
  folder = await mkdtemp(join(tmpdir(), 'seine-scheduler-'))
  await writeFile(
    join(folder, 'policies.yml'),
    'policies:\n  fast: { ratePerSecond: 5000, concurrency: 60, burst: 60 }\n',
  )
  await writeSites(['big', 'small'])
  // A tree of ten by ten by thirty pages below each home page.
  fetcher = makeFakeFetcher(mesh.bus, (task) => {
    const path = new URL(task.url).pathname
    const parts = path.split('/').filter(Boolean)
    if (task.kind !== 'page' || parts.length > 2) return {}
    const children = task.site === 'small' ? 3 : parts.length === 2 ? 30 : 10
    return {
      found: Array.from({ length: children }, (_, i) =>
        page(new URL(`${path === '/' ? '' : path}/${i}`, task.url).href, { depth: task.depth + 1 }),
      ),
    }
  })
  await mesh.start(fetcher, makeFakeExporter(mesh.bus))
})
afterAll(async () => {
  for (const { child } of processes) child.kill('SIGKILL')
  await mesh.close()
  await rm(folder, { recursive: true })
})

const writeSites = (names: string[]) =>
  writeFile(
    join(folder, 'sites.json'),
    JSON.stringify({
      sites: names.map((name) => ({ name, startUrls: [`https://${name}.test/`], policy: 'fast', sitemaps: [] })),
    }),
  )

function startProcess(env: Record<string, string> = {}) {
  const child = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      DATABASE_URL: mesh.databaseUrl,
      NATS_SERVERS: mesh.nats.servers.join(','),
      SITES_FILE: join(folder, 'sites.json'),
      POLICIES_FILE: join(folder, 'policies.yml'),
      LEASE_MS: '1s',
      ...env,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const started = { child, lines: [] as Record<string, unknown>[] }
  let rest = ''
  child.stdout.on('data', (chunk: Buffer) => {
    const lines = (rest + chunk.toString()).split('\n')
    rest = lines.pop() ?? ''
    started.lines.push(...lines.filter(Boolean).map((line) => JSON.parse(line) as Record<string, unknown>))
  })
  processes.push(started)
  return started
}

const ready = (started: ReturnType<typeof startProcess>) =>
  eventually(() => {
    const line = started.lines.find((each) => each.msg === 'ready')
    if (line === undefined) throw new Error(JSON.stringify(started.lines.at(-1)))
    return line.healthPort as number
  })

const exitOf = ({ child }: { child: ChildProcess }): Promise<number | null> =>
  new Promise((resolve) => (child.exitCode === null ? child.once('exit', resolve) : resolve(child.exitCode)))

test('a run survives SIGKILL of its schedulers at any moment, and each page is counted once', async () => {
  await ready(startProcess())
  const { id } = await mesh.createRun()
  const half = async () => expect((await mesh.siteRuns(id))[0]?.counts.ok).toBeGreaterThan(pages / 3)
  await eventually(half, { timeoutMs: 30_000 })
  processes.at(-1)!.child.kill('SIGKILL')
  await exitOf(processes.at(-1)!)
  // Two come back, and one of them is killed in the last third.
  const [one, two] = [startProcess(), startProcess()]
  await Promise.all([ready(one), ready(two)])
  await eventually(async () => expect((await mesh.siteRuns(id))[0]?.counts.ok).toBeGreaterThan((pages * 2) / 3), {
    timeoutMs: 30_000,
  })
  one.child.kill('SIGKILL')
  const run = await mesh.ended(id, 40_000)
  expect(run).toMatchObject({ status: 'completed', counts: { discovered: 3_111 + 40, ok: 3_111 + 40, pending: 0 } })
  expect(await ledgersBalance(mesh.database)).toBe(true)
  const types = await eventually(async () => {
    const told = (await mesh.events(id)).map((event) => `${event.site ?? ''} ${event.type}`)
    expect(told.filter((type) => type === ' run.finished')).toHaveLength(1)
    return told
  })
  expect(types.filter((type) => type === 'big site.finished')).toHaveLength(1)

  two.child.kill('SIGTERM')
  expect(await exitOf(two)).toBe(0)
  expect(two.lines.map((line) => line.phase).filter(Boolean)).toEqual([
    'RUNNING',
    'STOPPING',
    'DRAINING',
    'CLEANUP',
    'TERMINATED',
  ])
}, 120_000)

test('a run survives a restart of the database, and readyz tells of it meanwhile', async () => {
  const started = startProcess()
  const port = await ready(started)
  const readyz = async () => (await fetch(`http://127.0.0.1:${port}/readyz`)).status
  await eventually(async () => expect(await readyz()).toBe(200))
  const { id } = await mesh.createRun()
  await eventually(async () => expect((await mesh.siteRuns(id))[0]?.counts.ok).toBeGreaterThan(300))
  await mesh.restartDatabase(async () => {
    await eventually(async () => expect(await readyz()).toBe(503))
  })
  expect(await mesh.ended(id, 60_000)).toMatchObject({ status: 'completed', counts: { ok: 3_151 } })
  expect(await ledgersBalance(mesh.database)).toBe(true)
  started.child.kill('SIGTERM')
  expect(await exitOf(started)).toBe(0)
}, 120_000)

test('bad files are fatal at start and refuse a run later, naming entry and field', async () => {
  const started = startProcess()
  await ready(started)
  await writeFile(join(folder, 'sites.json'), JSON.stringify({ sites: [{ name: 'big', startUrls: ['big.test'] }] }))
  const problem = "sites.json: sites[0] 'big': startUrls[0]: expected an http or https URL"
  await expect(mesh.createRun()).rejects.toMatchObject({
    code: 'invalid',
    message: problem,
    details: { problems: [problem] },
  })
  expect((await mesh.bus.call(schedulerRpc.listSites, {})).total).toBe(2)
  const second = startProcess()
  expect(await exitOf(second)).toBe(1)
  expect(second.lines.at(-1)).toMatchObject({ level: 'error', msg: `could not start: ${problem}` })
  await writeSites(['big', 'small', 'added'])
  expect((await mesh.createRun({ sites: ['added'], dry_run: true })).siteCounts.waiting).toBe(1)
  expect((await mesh.bus.call(schedulerRpc.listSites, {})).sites.map((site) => site.name)).toEqual([
    'added',
    'big',
    'small',
  ])
  started.child.kill('SIGTERM')
  await exitOf(started)
}, 60_000)

test('missing settings and absent servers are one clear line each', async () => {
  const unset = startProcess({ DATABASE_URL: '', LEASE_MS: 'soon' })
  expect(await exitOf(unset)).toBe(1)
  expect(unset.lines.at(-1)?.msg).toMatch(/^could not start: DATABASE_URL: missing; LEASE_MS: expected a duration/)
}, 30_000)

test('with runs switched off none is created', async () => {
  const started = startProcess({ BULK_RUN_ENABLED: 'false' })
  await ready(started)
  await expect(mesh.createRun()).rejects.toMatchObject({ code: 'conflict' })
  started.child.kill('SIGTERM')
  expect(await exitOf(started)).toBe(0)
}, 30_000)
