import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { releaseDownload } from './release-download.ts'

let server: Server
let baseUrl: string
let archive: Buffer
const folder = mkdtempSync(join(tmpdir(), 'seine-release-'))

beforeAll(async () => {
  mkdirSync(join(folder, 'tool-v1'))
  writeFileSync(join(folder, 'tool-v1/tool'), '#!/bin/sh\necho v1.2.3\n')
  chmodSync(join(folder, 'tool-v1/tool'), 0o644)
  execFileSync('tar', ['-czf', 'tool-v1.tar.gz', 'tool-v1'], { cwd: folder })
  archive = readFileSync(join(folder, 'tool-v1.tar.gz'))
  server = createServer((request, response) =>
    request.url === '/tool-v1.tar.gz' ? response.end(archive) : response.writeHead(404).end(),
  )
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  baseUrl = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})
afterAll(() => server.close())

const release = (sha256: string, file = 'tool-v1.tar.gz') => ({
  baseUrl,
  archives: { 'some-cpu': { file, sha256 } },
  pathInArchive: (stem: string) => `${stem}/tool`,
})
const sha256 = () => createHash('sha256').update(archive).digest('hex')

test('the program of an archive with the pinned sum is put in place, executable', async () => {
  const destination = join(folder, 'bin/tool')
  expect(await releaseDownload('r', release(sha256()), 'some-cpu').fetch(destination)).toEqual({ ok: true })
  expect(execFileSync(destination, { encoding: 'utf8' })).toBe('v1.2.3\n')
})

test('an archive with another sum is refused unopened, both sums named', async () => {
  const wrong = '0'.repeat(64)
  const result = await releaseDownload('r', release(wrong), 'some-cpu').fetch(join(folder, 'bin/refused'))
  expect(result).toEqual({
    ok: false,
    reason: `${baseUrl}/tool-v1.tar.gz has SHA-256 ${sha256()}, expected ${wrong}`,
  })
})

test('a missing file, an unknown platform and a server that is not there are told apart', async () => {
  const fetchFrom = (changed: object, platform = 'some-cpu') =>
    releaseDownload('r', { ...release('0'), ...changed }, platform).fetch(join(folder, 'bin/none'))
  expect(await fetchFrom(release('0', 'gone.tar.gz'))).toEqual({
    ok: false,
    reason: `${baseUrl}/gone.tar.gz answered 404`,
  })
  expect(await fetchFrom({}, 'other-cpu')).toEqual({ ok: false, reason: 'none for other-cpu' })
  expect(await fetchFrom({ baseUrl: 'http://127.0.0.1:1' })).toMatchObject({ ok: false })
})
