import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { schedulerRpc } from '@seine/contracts'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { startTestMesh, type TestMesh } from '../testing/mesh.ts'

const main = new URL('../main.ts', import.meta.url).pathname
/** After how long each of the two schedulers in turn is killed: before, within and after the round that sees the tick. */
const killedAfterMs = [0, 100, 300, 600, 900, 1_200]

let mesh: TestMesh
let folder: string
const children = new Set<ChildProcess>()

beforeAll(async () => {
  mesh = await startTestMesh()
  folder = await mkdtemp(join(tmpdir(), 'seine-schedules-'))
  await writeFile(join(folder, 'policies.yml'), 'policies: {}\n')
  const sites = [{ name: 'shop', startUrls: ['https://shop.test/'] }]
  await writeFile(join(folder, 'sites.json'), JSON.stringify({ sites }))
})
afterAll(async () => {
  for (const child of children) child.kill('SIGKILL')
  await mesh.close()
  await rm(folder, { recursive: true })
})

async function startScheduler(): Promise<ChildProcess> {
  const child = spawn(process.execPath, [main], {
    env: {
      ...process.env,
      DATABASE_URL: mesh.databaseUrl,
      NATS_SERVERS: mesh.nats.servers.join(','),
      SITES_FILE: join(folder, 'sites.json'),
      POLICIES_FILE: join(folder, 'policies.yml'),
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  children.add(child)
  await new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => chunk.toString().includes('"ready"') && resolve())
  })
  return child
}

const count = async (sql: string, values: unknown[] = []): Promise<number> =>
  (await mesh.database.query<{ n: number }>(sql, values))[0]!.n

test('each tick starts one run, whichever scheduler is killed with SIGKILL whenever', async () => {
  const running = [await startScheduler(), await startScheduler()]
  const { id } = await mesh.bus.call(schedulerRpc.createSchedule, {
    settings: { name: 'nightly', cron: '0 0 1 1 *', options: { dry_run: true } },
  })
  for (const [round, afterMs] of killedAfterMs.entries()) {
    // Its time comes now.
    await mesh.database.query('update schedules set next_at = now() where id = $1', [id])
    await new Promise((resolve) => setTimeout(resolve, afterMs))
    const victim = running[round % 2]!
    victim.kill('SIGKILL')
    children.delete(victim)
    const ticks = `select count(*)::int as n from schedule_ticks where schedule_id = $1 and state = 'started'`
    await eventually(async () => (await count(ticks, [id])) === round + 1, { timeoutMs: 20_000 })
    // No fetcher is there, so runs do not end by themselves, and the next tick would be refused.
    await mesh.database.query(`update bulk_jobs set status = 'completed', finished_at = now()`)
    running[round % 2] = await startScheduler()
  }
  expect(await count('select count(*)::int as n from bulk_jobs')).toBe(killedAfterMs.length)
  expect(await count('select count(distinct run_id)::int as n from schedule_ticks where schedule_id = $1', [id])).toBe(
    killedAfterMs.length,
  )
})
