import { copyFile, mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Bus } from '@seine/bus'
import { query } from './gather.ts'
import type { ChaosMesh } from './mesh.ts'
import type { RoundResult } from './round.ts'

/** All that may tell why a round went wrong: logs of every process, what the checks saw, database and broker as they are. */
export async function keepEvidence(
  folder: string,
  result: RoundResult,
  { mesh, bus }: { mesh: ChaosMesh; bus: Bus },
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { name, logFile } of mesh.processes.values())
    await copyFile(logFile, join(folder, `${name}.log`)).catch(() => undefined)
  const asJson = (_key: string, value: unknown) =>
    value instanceof Map ? Object.fromEntries(value) : value instanceof Set ? [...value] : value
  const write = (name: string, value: unknown) => writeFile(join(folder, name), JSON.stringify(value, asJson, 1))
  await write('round.json', { ...result, evidence: undefined })
  if (result.evidence !== null)
    for (const [name, value] of Object.entries(result.evidence)) await write(`${name}.json`, value)
  const tables = {
    job: 'select * from bulk_jobs where id = $1',
    sites: 'select * from bulk_job_sites where job_id = $1',
    urls: `select u.* from urls u join bulk_job_sites s on s.id = u.site_run_id where s.job_id = $1`,
  }
  for (const [name, sql] of Object.entries(tables))
    await write(`table-${name}.json`, await query(mesh.databaseUrl, sql, [result.runId]).catch(String))
  await write('broker.json', await describeBroker(bus).catch(String))
}

async function describeBroker(bus: Bus): Promise<unknown[]> {
  const jsm = await bus.jsm()
  const described: unknown[] = []
  for await (const { config, state } of jsm.streams.list()) {
    described.push({ stream: config.name, state })
    for await (const info of jsm.consumers.list(config.name)) described.push(info)
  }
  return described
}
