import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync, gzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { loadDashboard } from './dashboard-files.ts'

let folder: string

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'dashboard-'))
  await mkdir(join(folder, 'assets'))
  await writeFile(join(folder, 'index.html'), '<!doctype html>page')
  await writeFile(join(folder, 'assets/main-abc.js'), 'script')
  await writeFile(join(folder, 'assets/main-abc.js.gz'), gzipSync('script'))
  await writeFile(join(folder, '.sources'), 'secret')
})
afterAll(() => rm(folder, { recursive: true }))

const ask = async (path: string, headers: Record<string, string> = {}, method = 'GET') =>
  (await loadDashboard(folder)).answer({ method, path, header: (name) => headers[name] })

test('every path of the dashboard is answered with its page, which is asked for anew each time', async () => {
  for (const path of ['/', '/runs/1', '/index.html', '/sites/shop/pages']) {
    const answer = await ask(path)
    expect(answer?.status, path).toBe(200)
    expect(answer?.headers.get('cache-control')).toBe('no-cache')
    expect(await answer?.text()).toContain('page')
  }
})

test('a page that has not changed is not sent again', async () => {
  const etag = (await ask('/'))!.headers.get('etag')!
  expect((await ask('/runs', { 'if-none-match': etag }))?.status).toBe(304)
})

test('files with a hash in their name are kept for ever, and sent as the browser takes them', async () => {
  const plain = await ask('/assets/main-abc.js')
  expect(plain?.headers.get('cache-control')).toContain('immutable')
  expect(await plain?.text()).toBe('script')
  const zipped = await ask('/assets/main-abc.js', { 'accept-encoding': 'gzip, deflate, br' })
  expect(zipped?.headers.get('content-encoding')).toBe('gzip')
  expect(gunzipSync(await zipped!.arrayBuffer()).toString()).toBe('script')
  const refused = await ask('/assets/main-abc.js', { 'accept-encoding': 'gzip;q=0' })
  expect(refused?.headers.get('content-encoding')).toBeNull()
})

test('no inline script, no inline style, no frame', async () => {
  const policy = (await ask('/'))!.headers.get('content-security-policy')!
  expect(policy).toContain("default-src 'none'")
  expect(policy).toContain("frame-ancestors 'none'")
  expect(policy).not.toContain('unsafe')
})

test.each(['/api/none', '/health', '/ws', '/assets/none.js', '/../package.json', '/.sources'])(
  '%s is not the dashboard’s',
  async (path) => {
    expect(await ask(path)).toBeNull()
  },
)

test('only what reads is answered', async () => {
  expect(await ask('/', {}, 'POST')).toBeNull()
  expect(await (await ask('/', {}, 'HEAD'))?.text()).toBe('')
})

test('a dashboard that was not built says how to build it', async () => {
  const answer = (await loadDashboard(join(folder, 'none'))).answer({
    method: 'GET',
    path: '/',
    header: () => undefined,
  })
  expect(answer?.status).toBe(503)
  expect(await answer?.text()).toContain('build.ts')
})
