import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { newId, type RunDiff, type RunDiffSite } from '@seine/contracts'
import { afterEach, expect, test } from 'vitest'
import { command } from './diff.ts'
import { makeIo } from './io.fixture.ts'

const [before, after] = [newId(), newId()]
const counts = { added: 1, removed: 2, changed: 3, unchanged: 40, notChecked: 5, moved: 6 }
const diffOf = (over: Partial<RunDiff> = {}): RunDiff => ({
  ...{ id: newId(), before, after, site: null, status: 'completed', counts, createdAt: '', finishedAt: '' },
  siteCounts: { pending: 0, complete: 1, failed: 0, skipped: 1 },
  ...over,
})
const sites: RunDiffSite[] = [
  { site: 'lamps', status: 'complete', reason: null, counts, artifact: null },
  { site: 'old', status: 'skipped', reason: 'not in the later run', counts: null, artifact: null },
]

const toClose: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const close of toClose.splice(0)) await close()
})

/** A gateway whose comparison ends at the second look. */
async function gateway(diff: RunDiff) {
  const asked: string[] = []
  const server = createServer((request, response) => {
    const { method, url = '' } = request
    asked.push(`${method} ${url.replace(diff.id, 'ID')}`)
    const json = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    request.resume()
    if (url.endsWith('/diff.csv')) response.end('csv')
    else if (url.includes('/sites?'))
      json(200, { data: sites, pagination: { page: 1, per_page: 200, total: sites.length, total_pages: 1 } })
    else if (method === 'POST') json(202, { data: { ...diff, status: 'running' } })
    else json(200, { data: diff })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  toClose.push(() => new Promise((resolve) => server.close(resolve)))
  toClose.push(async () => server.closeAllConnections())
  return { asked, env: { SEINE_GATEWAY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` } }
}

test('two runs are compared, waited for and shown site by site', async () => {
  const { asked, env } = await gateway(diffOf())
  const { io, out } = makeIo({ env })
  expect(await command.run([before, after], io)).toBe(0)
  expect(asked).toEqual(['POST /api/diffs', 'GET /api/diffs/ID', 'GET /api/diffs/ID/sites?page=1&per_page=200'])
  expect(out()).toBe(
    `From run ${before}\nto run   ${after}\n\n` +
      'site   added  removed  changed  moved  unchanged  not checked\n' +
      'lamps      1        2        3      6         40            5\n\n' +
      'old: not compared: not in the later run\n',
  )
})

test('the files are written into a folder, with a summary', async () => {
  const cwd = await mkdtemp(join(tmpdir(), 'seine-diff-test-'))
  toClose.push(() => rm(cwd, { recursive: true }))
  const { env } = await gateway(diffOf())
  const { io, out } = makeIo({ env, cwd })
  expect(await command.run([before, after, '--out', 'changes', '--json'], io)).toBe(0)
  expect(await readFile(join(cwd, 'changes/lamps/diff.csv'), 'utf8')).toBe('csv')
  const said = JSON.parse(out()) as unknown
  expect(JSON.parse(await readFile(join(cwd, 'changes/summary.json'), 'utf8'))).toEqual(said)
  expect(said).toMatchObject({ before, after, counts, sites })
})

test('a comparison that failed is told by the exit code', async () => {
  const siteCounts = { pending: 0, complete: 1, failed: 1, skipped: 0 }
  expect(await command.run([before, after], makeIo({ env: (await gateway(diffOf({ siteCounts }))).env }).io)).toBe(1)
})

test.each([[[]], [['last']], [['a', 'b', 'c']], [['a', 'b', '--wrong']]])(
  '%j is refused with the usage',
  async (args) => {
    const { io, err } = makeIo()
    expect(await command.run(args, io)).toBe(2)
    expect(err()).toContain('usage: seine diff <run> <run>')
  },
)
