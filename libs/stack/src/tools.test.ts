import { chmod, mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { beforeEach, expect, test } from 'vitest'
import { findTool, isAtLeast, type Tool, type ToolSource } from './tools.ts'

const tool: Tool = { name: 'thing', minVersion: '2.12', versionArgs: ['--version'], advice: 'install a thing' }

let folder: string
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-tools-'))
})

async function program(where: string, version: string): Promise<string> {
  await mkdir(join(folder, where), { recursive: true })
  const path = join(folder, where, 'thing')
  await writeFile(path, `#!/bin/sh\necho "thing: v${version}"\n`)
  await chmod(path, 0o755)
  return path
}

const places = (sources: ToolSource[] = []) => ({
  folders: [join(folder, 'a'), join(folder, 'b')],
  cacheFolder: join(folder, 'cache'),
  sources,
})

test('the first recent enough program on the path is taken, an older one before it passed over', async () => {
  await program('a', '2.9.10')
  const recent = await program('b', '2.15.1')
  expect(await findTool(tool, places())).toBe(recent)
})

test('a program fetched before is taken from the cache without fetching again', async () => {
  const cached = await program('cache', '2.12.0')
  const source: ToolSource = { name: 'nowhere', fetch: () => Promise.reject(new Error('fetched')) }
  expect(await findTool(tool, places([source]))).toBe(cached)
})

test('sources are tried in order until one gives a program that is recent enough', async () => {
  const fetches: string[] = []
  const source = (name: string, version: string): ToolSource => ({
    name,
    async fetch() {
      fetches.push(name)
      await program('cache', version)
      return { ok: true }
    },
  })
  const path = await findTool(tool, places([source('old', '2.1.0'), source('new', '3.0.0'), source('spare', '4.0.0')]))
  expect(path).toBe(join(folder, 'cache/thing'))
  expect(fetches).toEqual(['old', 'new'])
  expect(await readFile(path, 'utf8')).toContain('v3.0.0')
})

test('when nothing worked, one line says what to do and what was tried', async () => {
  await program('a', '2.9.10')
  const source: ToolSource = { name: 'the mirror', fetch: async () => ({ ok: false, reason: 'no network' }) }
  const failure = await findTool(tool, places([source])).catch((error: Error) => error.message)
  expect(failure).toBe(
    `thing 2.12 or newer is missing: install a thing (${join(folder, 'a/thing')} is 2.9.10; the mirror: no network)`,
  )
})

test('a version is compared by number, not by text', () => {
  expect(isAtLeast('2.9.10', '2.12.0')).toBe(false)
  expect(isAtLeast('2.12', '2.12.0')).toBe(true)
  expect(isAtLeast('3.0.0', '2.12')).toBe(true)
})
