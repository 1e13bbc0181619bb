import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { policySchema, siteSchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import { command, type ShownPage } from './extract.ts'
import { makeIo } from './io.fixture.ts'

const shopPage = `<html lang=en><title>Red shoe</title><h1>Red shoe</h1><b class=price>49,90 €</b><p class=ean>4006381333931</p>
  <script type="application/ld+json">{"@type":"Product","name":"Red shoe","sku":"RS-1"}</script>`

/** A shop on loopback with its files of configuration. */
async function shop(fields: unknown[], robots = '', more: object = {}) {
  const server = createServer((request, response) => {
    if (request.url === '/robots.txt') response.end(robots)
    else if (request.url === '/moved') response.writeHead(301, { location: '/p/1' }).end()
    else if (request.url === '/gone') response.writeHead(404, { 'content-type': 'text/html' }).end('<h1>Gone</h1>')
    else response.writeHead(200, { 'content-type': 'text/html', 'set-cookie': 'a=1' }).end(shopPage)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  const cwd = await mkdtemp(join(tmpdir(), 'seine-extract-'))
  await writeFile(
    join(cwd, 'sites.json'),
    JSON.stringify({ sites: [{ name: 'shop', startUrls: [`${origin}/`], fields, ...more }] }),
  )
  await writeFile(join(cwd, 'policies.yml'), 'policies: {}\n')
  const run = async (path: string, args: string[] = [], env: Record<string, string> = {}) => {
    const { io, out, err } = makeIo({
      cwd,
      env: { SITES_FILE: 'sites.json', POLICIES_FILE: 'policies.yml', ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8', ...env },
    })
    const code = await command.run([`${origin}${path}`, '--site', 'shop', ...args], io)
    return { code, out: out(), err: err() }
  }
  return {
    run,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
      await rm(cwd, { recursive: true })
    },
  }
}

const fields = [
  { name: 'price', css: '.price', type: 'price', required: true },
  { name: 'ean', xpath: "//p[@class='ean']" },
]

test('shows what each selector gives, the product with its sources, and the main SEO fields', async () => {
  await using site = await shop(fields)
  const { code, out } = await site.run('/p/1')
  expect(code).toBe(0)
  expect(out).toMatch(/price \* +price +1 +49\.9/)
  expect(out).toMatch(/ean +text +1 +4006381333931/)
  expect(out).toMatch(/sku +RS-1 +json-ld/)
  expect(out).toMatch(/price +49\.9 +selector/)
  expect(out).toMatch(/title +Red shoe \(8 characters, \d+ px\)/)
})

test('gives the same as one line of JSON, after redirects', async () => {
  await using site = await shop(fields)
  const { code, out } = await site.run('/moved', ['--json'])
  const shown = JSON.parse(out) as ShownPage
  expect(code).toBe(0)
  expect(shown).toMatchObject({
    status: 200,
    extracted: { ean: '4006381333931' },
    product: { price: 49.9 },
    missingRequired: [],
  })
  expect(shown.url).toMatch(/\/p\/1$/)
  expect(shown.redirects).toEqual([shown.url])
  expect(shown.http.cookies).toEqual({ count: 1, notSecure: 1, names: ['a'] })
})

test('fails where a required selector matches nothing, one is none, or the page is not there', async () => {
  await using site = await shop([
    { name: 'stock', css: '.none', required: true },
    { name: 'bad', css: 'a[' },
  ])
  const { code, out } = await site.run('/p/1')
  expect(code).toBe(1)
  expect(out).toContain('required, but missing: stock')
  expect(out).toContain("can't be read: bad: ")
  await using other = await shop([])
  expect((await other.run('/gone')).code).toBe(1)
})

test('asks nothing that the guard or robots.txt does not allow', async () => {
  await using site = await shop([], 'User-agent: *\nDisallow: /p/')
  expect(await site.run('/p/1')).toMatchObject({ code: 1, err: expect.stringContaining('does not allow it') })
  expect((await site.run('/q/1')).code).toBe(0)
  expect(await site.run('/q/1', [], { ALLOWED_PRIVATE_NETWORKS: '' })).toMatchObject({
    code: 1,
    err: expect.stringMatching(/can't be read|address/),
  })
})

test('says what is wrong with the question, the files or the environment', async () => {
  await using site = await shop([{ name: 'price', css: '.price' }])
  expect(await site.run('/p/1')).toMatchObject({
    code: 2,
    err: expect.stringContaining('price: of a product it is price or number'),
  })
  await using other = await shop([])
  expect(await other.run('/p/1', ['--site', 'nosuch'])).toMatchObject({
    code: 2,
    err: expect.stringContaining("no site 'nosuch', there are shop"),
  })
  expect(await other.run('/p/1', ['another'])).toMatchObject({ code: 2 })
  expect(await other.run('/p/1', ['--nonsense'])).toMatchObject({ code: 2 })
  expect(await other.run('/p/1', [], { HOST_OVERRIDES: 'x' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('HOST_OVERRIDES'),
  })
  expect(await other.run('/p/1', [], { POLICIES_FILE: 'none.yml' })).toMatchObject({
    code: 2,
    err: expect.stringContaining('none.yml'),
  })
})

test('takes a site from a running mesh, with what it does otherwise than its policy', async () => {
  await using site = await shop([])
  const entry = (startUrl: string) => ({
    site: siteSchema.parse({ name: 'shop', startUrls: [startUrl], fields, policy: 'brisk' }),
  })
  const gateway = createServer((request, response) => {
    const origin = 'http://127.0.0.1/'
    const data = request.url === '/api/sites/shop' ? entry(origin) : { policy: policySchema.parse({}) }
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ success: true, data }))
  })
  await new Promise<void>((resolve) => gateway.listen(0, '127.0.0.1', resolve))
  const url = `http://127.0.0.1:${(gateway.address() as AddressInfo).port}`
  try {
    const { code, out } = await site.run('/p/1', ['--gateway', url], { SITES_FILE: 'none.json' })
    expect(code).toBe(0)
    expect(out).toMatch(/price \* +price +1 +49\.9/)
  } finally {
    gateway.closeAllConnections()
    await new Promise((resolve) => gateway.close(resolve))
  }
})

test('asks as the site does where that is otherwise than its policy', async () => {
  const robots = 'User-agent: *\nDisallow: /p/'
  const policyOverrides = { respectRobots: false, robotsOverrideReason: 'our own shop' }
  await using obeying = await shop(fields, robots)
  await using own = await shop(fields, robots, { policyOverrides })
  expect([(await obeying.run('/p/1')).code, (await own.run('/p/1')).code]).toEqual([1, 0])
})
