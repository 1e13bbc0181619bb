import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeIo } from './io.fixture.ts'
import { command as pause } from './pause.ts'
import { sampleRun } from './run.fixture.ts'
import { command as run } from './run.ts'

const detail = sampleRun({ status: 'paused' })
const site = {
  ...{ site: 'shop', policy: 'gentle', ratePerSecond: 0.5, concurrency: 1, maxPages: null, previousRunId: null },
  ...{ knownPages: 1_200, expectedMs: 2_400_000 },
}
const plan = { sites: [site], sitesTotal: 3, concurrency: 5, knownPages: 1_200, newSites: 2, expectedMs: 2_400_000 }
const asked: { path: string; body: unknown }[] = []
const server = createServer((request, response) => {
  let text = ''
  request.on('data', (chunk) => {
    text += String(chunk)
  })
  request.on('end', () => {
    const path = request.url ?? ''
    asked.push({ path, body: text === '' ? undefined : JSON.parse(text) })
    response.end(JSON.stringify({ data: path.endsWith('/plan') ? plan : path.includes('?') ? [detail] : detail }))
  })
})
let env: Record<string, string>

beforeEach(async () => {
  asked.length = 0
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  env = { SEINE_GATEWAY: `http://127.0.0.1:${(server.address() as AddressInfo).port}` }
})
afterEach(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

test('pause asks for it and says how the run stands', async () => {
  const { io, out } = makeIo({ env })
  expect(await pause.run(['last'], io)).toBe(0)
  expect(asked.at(-1)?.path).toBe(`/api/bulk-runs/${detail.id}/pause`)
  expect(out()).toBe(`Run ${detail.id}: paused\n`)
})

test('run --plan says what a run would do and starts none', async () => {
  const { io, out } = makeIo({ env })
  const flags = ['--group', 'shops', '--exclude', 'blog,news', '--policy', 'gentle', '--rate', '0.5', '--plan']
  expect(await run.run(flags, io)).toBe(0)
  expect(asked).toEqual([
    {
      path: '/api/bulk-runs/plan',
      body: {
        ...{ group: 'shops', exclude: ['blog', 'news'], policy: 'gentle', at_most: { ratePerSecond: 0.5 } },
        ...{ dry_run: false, skip_existing: false },
      },
    },
  ])
  expect(out()).toContain('3 sites, 5 at once, 1,200 known pages, about 40 m 00 s')
  expect(out()).toMatch(/shop +gentle +0.5\/s/)
  const wrong = makeIo({ env })
  expect(await run.run(['--rate', 'fast'], wrong.io)).toBe(2)
})
