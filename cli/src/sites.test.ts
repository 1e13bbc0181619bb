import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Probe, SiteEntry, SiteLastRun, SiteSummary } from '@seine/contracts'
import { siteSchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import { makeIo } from './io.fixture.ts'
import { command } from './sites.ts'

const site = siteSchema.parse({ name: 'shop', startUrls: ['https://shop.test/'] })
const lastRun: SiteLastRun = {
  runId: '019aa000-0000-7000-8000-000000000001',
  ...{ status: 'completed', step: null, reason: null, createdAt: '2026-11-20T10:00:00.000Z' },
  ...{ startedAt: '2026-11-20T10:00:01.000Z', finishedAt: '2026-11-20T10:02:01.000Z', durationMs: 120_000 },
  counts: { discovered: 1_200, ok: 1_200, unchanged: 0, failed: 0, skipped: 0, pending: 0 },
  ...{ diff: null, quality: 'warning' },
}
const standing: Omit<SiteEntry, 'site'> = {
  ...{ origin: 'api', version: 3, updatedAt: '2026-11-19T09:00:00.000Z', updatedBy: 'ann', isRunning: false, lastRun },
}
const entry: SiteEntry = { site, ...standing }
const summary: SiteSummary = {
  ...{ name: 'shop', startUrl: 'https://shop.test/', group: 'shops', enabled: true, policy: 'default', render: 'http' },
  ...standing,
}
const probe: Probe = {
  ...{ verdict: 'fetched', reason: '', detail: null, url: 'https://shop.test/p', waitedMs: 5, tookMs: 100 },
  redirects: [{ url: 'https://shop.test/old', status: 301, durationMs: 3 }],
  robots: { isObeyed: true, isAllowed: true, crawlDelayMs: 2_000, sitemaps: 1 },
  answer: {
    ...{ status: 200, headers: { 'content-type': 'text/html' }, redirectUrl: null, charset: 'utf-8', sizeBytes: 2_000 },
    ...{ transferredBytes: 900, isTruncated: false, ttfbMs: 5, durationMs: 9, remoteAddress: '192.0.2.1' },
  },
  page: {
    seo: { title: 'Red shoe' } as NonNullable<Probe['page']>['seo'],
    product: null,
    fields: [
      { name: 'price', required: true, value: 49.9, matches: 1, samples: ['49,90 €'], problem: null },
      { name: 'ean', required: false, value: null, matches: 0, samples: [], problem: "can't be read" },
    ],
    missingRequired: [],
    links: { total: 7, internal: 5 },
    isShell: false,
  },
}

/** A gateway on loopback that answers by method and path. */
async function gatewayWith(answers: Record<string, { status?: number; body: unknown }>) {
  const asked: { what: string; body: unknown; ifMatch: string | undefined }[] = []
  const server = createServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += String(chunk)
    const what = `${request.method} ${request.url}`
    asked.push({ what, body: text === '' ? null : JSON.parse(text), ifMatch: request.headers['if-match'] })
    const { status = 200, body } = answers[what.split('?')[0]!] ?? {
      status: 404,
      body: { error: 'no such site', error_code: 'not-found' },
    }
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    asked,
    async run(...args: string[]) {
      const { io, out, err } = makeIo()
      const code = await command.run([...args, '--gateway', gateway], io)
      return { code, out: out(), err: err() }
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const listOf = (data: unknown[]) => ({
  body: { success: true, data, pagination: { page: 1, per_page: 200, total: data.length, total_pages: 1 } },
})
const data = (value: unknown, status = 200) => ({ status, body: { success: true, data: value } })

test('a list has a line a site with what became of its last run', async () => {
  await using gateway = await gatewayWith({ 'GET /api/sites': listOf([summary]) })
  const { code, out } = await gateway.run('list', '--group', 'shops', '--enabled', '--sort=-last-run')
  expect(code).toBe(0)
  expect(out).toMatch(/shop +shops +default +api +completed +2026-11-20 10:00 +1,200 +2 m 00 s +warning/)
  expect(gateway.asked[0]?.what).toBe('GET /api/sites?page=1&per_page=200&group=shops&sort=-last-run&enabled=true')
  expect(JSON.parse((await gateway.run('list', '--json')).out)).toEqual([summary])
})

test('a site is shown with how it stands and its configuration', async () => {
  await using gateway = await gatewayWith({ 'GET /api/sites/shop': data(entry) })
  const { code, out } = await gateway.run('show', 'shop')
  expect(code).toBe(0)
  expect(out).toContain('shop: version 3, from the API')
  expect(out).toContain('2026-11-19 09:00 by ann')
  expect(out).toContain('"startUrls"')
  expect((await gateway.run('show', 'none')).code).toBe(2)
})

test('a site is added with what is said of it', async () => {
  await using gateway = await gatewayWith({ 'POST /api/sites': data(entry, 201) })
  const { code } = await gateway.run(
    'add',
    'shop',
    'https://shop.test/',
    'https://shop.test/b',
    '--max-pages',
    '5',
    '--disabled',
  )
  expect(code).toBe(0)
  expect(gateway.asked[0]?.body).toEqual({
    name: 'shop',
    startUrls: ['https://shop.test/', 'https://shop.test/b'],
    enabled: false,
    maxPages: 5,
  })
  expect((await gateway.run('add', 'shop', 'https://shop.test/', '--render', 'magic')).code).toBe(2)
})

test('a site is removed at the version that was seen; one that runs is not', async () => {
  await using gateway = await gatewayWith({ 'GET /api/sites/shop': data(entry), 'DELETE /api/sites/shop': data(entry) })
  expect((await gateway.run('remove', 'shop')).out).toBe('shop is removed; its past runs stay\n')
  expect(gateway.asked[1]).toMatchObject({ ifMatch: '"3"' })
  await using busy = await gatewayWith({
    'GET /api/sites/shop': data(entry),
    'DELETE /api/sites/shop': { status: 409, body: { error: 'it runs', error_code: 'conflict' } },
  })
  expect(await busy.run('remove', 'shop')).toMatchObject({ code: 1, err: 'seine sites: it runs\n' })
})

test('a test-fetch tells the way there, the answer and what each selector gave', async () => {
  await using gateway = await gatewayWith({ 'POST /api/sites/shop/test-fetch': data(probe) })
  const { code, out } = await gateway.run('test', 'shop', 'https://shop.test/old')
  expect(code).toBe(0)
  expect(gateway.asked[0]?.body).toEqual({ url: 'https://shop.test/old' })
  expect(out).toContain('301 https://shop.test/old\n200 https://shop.test/p\n')
  expect(out).toContain('robots.txt allows it, crawl delay 2 s')
  expect(out).toMatch(/price \* +1 +49\.9 +49,90 €/)
  expect(out).toMatch(/ean +0 +! can't be read/)
})

const importReport = {
  applied: false,
  counts: { created: 1, changed: 1, unchanged: 4, invalid: 1 },
  entries: [
    {
      index: 2,
      name: 'bad',
      result: 'invalid',
      problems: [{ field: 'fields[0].css', message: 'unreadable' }],
      changed: [],
    },
    { index: 0, name: 'new', result: 'created', problems: [], changed: [] },
    { index: 1, name: 'shop', result: 'changed', problems: [], changed: ['group', 'maxDepth'] },
  ],
}

/** A folder with these files. */
async function folderWith(files: Record<string, string>) {
  const path = await mkdtemp(join(tmpdir(), 'seine-sites-'))
  for (const [name, text] of Object.entries(files)) await writeFile(join(path, name), text)
  return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true }) }
}

test('an import that is refused says of each entry what is wrong, and a dry run what would be', async () => {
  await using folder = await folderWith({ 'more.json': JSON.stringify({ sites: [{ name: 'new' }] }), 'bad.json': '{' })
  const file = join(folder.path, 'more.json')
  await using gateway = await gatewayWith({
    'POST /api/sites/import': { status: 422, body: { error: 'no', error_code: 'invalid', details: importReport } },
  })
  const refused = await gateway.run('import', file)
  expect(refused.code).toBe(1)
  expect(refused.out).toBe(
    [
      "invalid  sites[2] 'bad': fields[0].css: unreadable",
      "new      sites[0] 'new'",
      "changed  sites[1] 'shop': group, maxDepth",
      '1 new, 1 changed, 4 as they are, 1 invalid: nothing was imported',
      '',
    ].join('\n'),
  )
  await using dry = await gatewayWith({
    'POST /api/sites/import': data({ ...importReport, counts: { ...importReport.counts, invalid: 0 }, entries: [] }),
  })
  const { code, out } = await dry.run('import', file, '--dry-run')
  expect(code).toBe(0)
  expect(out).toContain('nothing was done')
  expect(dry.asked[0]).toEqual({
    what: 'POST /api/sites/import?dry_run=true',
    body: { sites: [{ name: 'new' }] },
    ifMatch: undefined,
  })
  expect((await dry.run('import', join(folder.path, 'bad.json'))).code).toBe(2)
})

test('a file is checked without a mesh, and every problem is named', async () => {
  const good = { name: 'shop', startUrls: ['https://shop.test/'] }
  const bad = [
    { ...good, policy: 'brisk' },
    { ...good, name: 'desks', colour: 'red' },
    { ...good, name: 'lamps', fields: [{ name: 'ean', css: 'a[' }] },
  ]
  await using folder = await folderWith({
    'good.json': JSON.stringify({ sites: [good] }),
    'bad.json': JSON.stringify({ sites: bad }),
    'policies.yml': 'policies: { slow: { ratePerSecond: 0.5 } }\n',
  })
  const check = async (...args: string[]) => {
    const { io, out, err } = makeIo({ cwd: folder.path, env: { POLICIES_FILE: 'policies.yml' } })
    return { code: await command.run(['check', ...args], io), out: out(), err: err() }
  }
  expect(await check('good.json')).toMatchObject({ code: 0, out: expect.stringContaining('1 sites, nothing is wrong') })
  const found = await check('bad.json')
  expect(found.code).toBe(1)
  expect(found.out.trim().split('\n')).toEqual([
    "sites.json: sites[0] 'shop': policy: unknown 'brisk', there are slow, default",
    'sites.json: sites[1] \'desks\': Unrecognized key: "colour"',
    expect.stringMatching(/^sites\.json: sites\[2\] 'lamps': fields\[0\]\.css: 'ean' can't be read: /),
  ])
  expect(JSON.parse((await check('bad.json', '--json')).out)).toMatchObject({ sites: null, problems: { length: 3 } })
  expect((await check('absent.json')).code).toBe(2)
})

test.each([
  [['paint'], "no action 'paint'"],
  [['show'], 'which site?'],
  [['add', 'shop'], 'a name and a start URL'],
  [['remove', 'a', 'b'], 'too many words: b'],
  [['list', '--colour'], "Unknown option '--colour'"],
])('%j is asked wrongly', async (args, problem) => {
  const { io, err } = makeIo()
  expect(await command.run(args, io)).toBe(2)
  expect(err()).toContain(problem)
})
