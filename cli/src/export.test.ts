import { createHash } from 'node:crypto'
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { command } from './export.ts'
import { makeIo } from './io.fixture.ts'
import { sampleRun } from './run.fixture.ts'

const bytes = Buffer.from('url,title\n')
const sha256 = createHash('sha256').update(bytes).digest('hex')
const artifact = { path: 'bulk_runs/x/reports.zip', sha256, sizeBytes: bytes.length, wrote: true, reason: 'new' }
const detail = sampleRun({ status: 'completed', archive: artifact })
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-export-'))
})
afterEach(() => rm(folder, { recursive: true }))

/** A gateway whose files have these bytes. */
async function gatewayWith(served: Buffer) {
  const counts = detail.counts
  const file = { path: 'shop/full.csv', sha256, size: bytes.length }
  const site = { site: 'shop', status: 'completed', reason: null, counts, diff: null, quality: null, files: [file] }
  const server = createServer((request, response) => {
    const path = request.url ?? ''
    const json = (data: unknown) => response.end(JSON.stringify({ data }))
    if (/\/(archive|artifacts)/.test(path)) response.end(served)
    else if (path.endsWith('/manifest')) json({ run: detail.id, status: 'completed', archive: null, sites: [site] })
    else if (path.startsWith('/api/bulk-runs?')) json([detail])
    else json(detail)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    env: { SEINE_GATEWAY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

test('the archive is saved and told with its hash', async () => {
  await using gateway = await gatewayWith(bytes)
  const { io, out } = makeIo({ env: gateway.env, cwd: folder })
  expect(await command.run(['last', '--json'], io)).toBe(0)
  const path = join(folder, `seine-${detail.id}-reports.zip`)
  expect(JSON.parse(out())).toEqual({ run: detail.id, files: [{ path, sizeBytes: bytes.length, sha256 }] })
  expect(await readFile(path)).toEqual(bytes)
})

test('the files of one site are saved in a folder of its name', async () => {
  await using gateway = await gatewayWith(bytes)
  expect(await command.run(['last', '--site', 'shop'], makeIo({ env: gateway.env, cwd: folder }).io)).toBe(0)
  expect(await readdir(join(folder, 'shop'))).toEqual(['full.csv'])
  expect(await command.run(['last', '--site', 'none'], makeIo({ env: gateway.env, cwd: folder }).io)).toBe(2)
})

test('a file that came otherwise than it was written is not kept, and exit code 1 says so', async () => {
  await using gateway = await gatewayWith(Buffer.from('url,titel\n'))
  const { io, err } = makeIo({ env: gateway.env, cwd: folder })
  expect(await command.run(['last'], io)).toBe(1)
  expect(err()).toContain('SHA-256')
  expect(await readdir(folder)).toEqual([])
})
