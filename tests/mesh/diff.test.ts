import { execFile } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { RunDiff, RunDiffSite } from '@seine/contracts'
import { type Mesh, type SampleSites, startMesh, startSampleSites } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** Two chosen runs, compared with `seine diff` while a third lies between them. */
let samples: SampleSites
let mesh: Mesh
let folder: string
const runs: string[] = []

beforeAll(async () => {
  samples = await startSampleSites()
  mesh = await startMesh({
    sites: samples.sites.filter(({ name }) => name === 'lamps'),
    env: { ...samples.fetcherEnv, ARCHIVE_PART_BYTES: '100000' },
  })
  folder = await mkdtemp(join(tmpdir(), 'seine-diff-mesh-'))
  for (let n = 0; n < 3; n++) {
    if (n > 0) samples.advance()
    runs.push((await mesh.run()).id)
  }
})
afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
  await rm(folder, { recursive: true, force: true })
})

async function seine(...args: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  const env = { ...process.env, SEINE_GATEWAY: mesh.gatewayUrl, SEINE_API_KEY: mesh.apiKey }
  const main = join(import.meta.dirname, '../../cli/src/main.ts')
  return promisify(execFile)(process.execPath, [main, ...args], { env, cwd: folder }).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }: { code: number; stdout: string; stderr: string }) => ({ code, stdout, stderr }),
  )
}

test('what changed from the first run to the third is counted and written, and from the second it is what its export says', async () => {
  const { code, stdout, stderr } = await seine(
    'diff',
    runs[0]!,
    'last',
    '--site',
    'lamps',
    '--out',
    'changes',
    '--json',
  )
  expect([code, stderr]).toEqual([0, ''])
  const diff = JSON.parse(stdout) as RunDiff & { sites: RunDiffSite[] }
  expect(diff).toMatchObject({ before: runs[0], after: runs[2], status: 'completed', siteCounts: { complete: 1 } })
  expect(diff.counts.changed).toBeGreaterThan(0)
  const csv = await readFile(join(folder, 'changes/lamps/diff.csv'), 'utf8')
  expect(csv.match(/,"Price",/g)?.length).toBeGreaterThan(0)

  const next = JSON.parse((await seine('diff', runs[1]!, runs[2]!, '--json')).stdout) as typeof diff
  const [lamps] = (await mesh.client.getRun(runs[2]!)).sites
  expect(next.counts).toEqual(lamps?.diff)
  expect(next.sites[0]?.artifact?.sha256).toBe(lamps?.artifacts.find(({ path }) => path.endsWith('/diff.csv'))?.sha256)
})

test('a table is shown, and what can not be compared is said', async () => {
  const shown = await seine('diff', runs[0]!, runs[1]!)
  expect([shown.code, shown.stdout]).toEqual([
    0,
    expect.stringMatching(/^From run .*\nto run .*\n\nsite +added +removed/),
  ])
  const same = await seine('diff', 'last', 'last')
  expect([same.code, same.stderr]).toEqual([2, expect.stringContaining('a run is no different from itself')])
  const unknown = await seine('diff', runs[0]!, runs[1]!, '--site', 'chairs')
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining("neither run has a site 'chairs'")])
})

test('an archive in parts is in the run, and each part is downloaded', async () => {
  const run = await mesh.client.getRun(runs[2]!)
  expect(run.archiveParts?.length).toBeGreaterThan(1)
  expect(run.archiveParts?.[0]).toEqual(run.archive)
  for (const [i, { sha256, sizeBytes }] of run.archiveParts!.entries()) {
    const part = await mesh.client.archive(run.id, i + 1)
    expect(part).toMatchObject({ sha256, sizeBytes })
    await part?.body.cancel()
  }
})
