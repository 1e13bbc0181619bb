import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { ApiFailure } from '@seine/client'
import { eventually, type Mesh, startMesh } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'

/** The catalogue on the whole system: a site made over the API, tried out, run, and what is written down of it. */
let mesh: Mesh
let web: Server
let origin = ''
let hold: Promise<void> = Promise.resolve()
const asked: string[] = []

beforeAll(async () => {
  web = createServer(async (request, response) => {
    asked.push(request.url ?? '')
    if (request.url === '/robots.txt') return response.end('User-agent: *\nDisallow: /private\nCrawl-delay: 0.05\n')
    if (request.url === '/old') return response.writeHead(301, { location: '/p/1' }).end()
    await hold
    const known = ['/', '/p/1', '/p/2'].includes(request.url ?? '')
    response.writeHead(known ? 200 : 404, { 'content-type': 'text/html' })
    response.end(`<title>Tiny ${request.url}</title><b class=price>9,90 €</b><a href=/p/1>1</a><a href=/p/2>2</a>`)
  })
  await new Promise<void>((resolve) => web.listen(0, '127.0.0.1', resolve))
  origin = `http://127.0.0.1:${(web.address() as AddressInfo).port}`
  mesh = await startMesh({
    sites: [{ name: 'filed', startUrls: [`${origin}/`], sitemaps: [] }],
    fetchers: 1,
    env: { ALLOWED_PRIVATE_NETWORKS: '127.0.0.1/32' },
  })
})

afterAll(async () => {
  await mesh?.stop()
  web?.closeAllConnections()
  web?.close()
})

const failure = (work: Promise<unknown>) =>
  work.then(
    () => null,
    (error: unknown) => (error instanceof ApiFailure ? error : null),
  )

test('a site is made, tried out, changed, run and deleted over the API, and who did it is written down', async () => {
  const { client } = mesh
  const fields = [{ name: 'cost', css: '.price', type: 'price' as const }]
  const made = await client.createSite({ name: 'made', startUrls: [`${origin}/`], sitemaps: [], group: 'tiny' })
  expect(made).toMatchObject({ origin: 'api', version: 1, lastRun: null, isRunning: false })

  const tried = await client.testFetch('made', { url: `${origin}/old`, fields: fields as never })
  expect(tried).toMatchObject({
    verdict: 'fetched',
    url: `${origin}/p/1`,
    redirects: [{ url: `${origin}/old`, status: 301 }],
    robots: { isObeyed: true, isAllowed: true, crawlDelayMs: 50 },
    answer: { status: 200, remoteAddress: '127.0.0.1' },
    page: { seo: { title: 'Tiny /p/1' }, fields: [{ name: 'cost', value: 9.9, matches: 1, samples: ['9,90 €'] }] },
  })
  expect(await client.testFetch('made', { url: `${origin}/private` })).toMatchObject({ verdict: 'robots' })
  expect(asked).not.toContain('/private')
  expect(await failure(client.testFetch('made', { url: 'http://127.0.0.1:1/' }))).toMatchObject({ status: 422 })

  const changed = await client.changeSite('made', { fields, maxPages: 10 }, 1)
  expect(changed).toMatchObject({ version: 2, site: { maxPages: 10, group: 'tiny' } })
  expect(await failure(client.changeSite('made', { maxPages: 11 }, 1))).toMatchObject({
    status: 412,
    code: 'stale',
    details: { version: 2, updatedBy: changed.updatedBy },
  })

  let release = () => {}
  hold = new Promise((resolve) => {
    release = resolve
  })
  const run = await client.createRun({ sites: ['made'] })
  await eventually(async () => expect((await client.getSite('made')).isRunning).toBe(true))
  expect(await failure(client.deleteSite('made', 2))).toMatchObject({ status: 409 })
  release()
  const ended = await mesh.untilEnded(run.id)
  expect(ended).toMatchObject({ status: 'completed', counts: { discovered: 3, ok: 3 } })

  const [listed] = (await client.listSites({ search: 'mad' })).data
  expect(listed).toMatchObject({ name: 'made', lastRun: { runId: run.id, status: 'completed', counts: { ok: 3 } } })
  const { data: hosts } = await client.siteHosts('made')
  const host = hosts.find(({ host: name }) => name === new URL(origin).host)
  expect(host?.state).toMatchObject({
    breaker: 'closed',
    intervalFrom: 'policy',
    robots: { state: 'known', status: 200, access: 'as-written', crawlDelayMs: 50 },
  })

  await client.deleteSite('made', 2)
  expect(await failure(client.getSite('made'))).toMatchObject({ status: 404 })
  const { data: audit } = await client.listAudit({ subject: 'made' })
  expect(audit.map(({ action }) => action)).toEqual(['site.deleted', 'site.changed', 'site.created'])
  expect(audit[0]?.actor).toBe(changed.updatedBy)
  expect(audit[0]?.actor).not.toBe('anonymous')
  expect((await client.listAudit({ subject: run.id })).data.map(({ action }) => action)).toEqual(['run.started'])
})

test('what the API changed of a site of the file outlives the scheduler, and the file’s next change of it', async () => {
  const { client } = mesh
  const { version } = await client.getSite('filed')
  await client.changeSite('filed', { maxDepth: 3 }, version)
  await client.createSite({ name: 'kept', startUrls: [`${origin}/`] })
  await mesh.kill('scheduler-1')
  await mesh.start('scheduler-1')
  await eventually(async () => expect((await client.getSite('filed')).site.maxDepth).toBe(3))
  await mesh.configure([{ name: 'other', startUrls: [`${origin}/`] }])
  // Schedulers look at it every few seconds.
  await eventually(async () =>
    expect((await client.listSites()).data.map(({ name }) => name)).toEqual(['kept', 'other']),
  )
})
