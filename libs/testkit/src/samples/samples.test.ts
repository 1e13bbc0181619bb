import { request } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { bookPages, lampAssortment, lampPages, type SampleSites, startSampleSites, stockAt } from './index.ts'

let samples: SampleSites
beforeAll(async () => {
  samples = await startSampleSites()
})
afterAll(() => samples.stop())

interface Answer {
  status: number
  headers: Record<string, string | string[] | undefined>
  body: Buffer
}

/** Asks under a sample name without resolving it; reads at most `maxBytes`. */
function ask(name: string, path: string, maxBytes = 20_000_000): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const host = `${name}.sample.test:${samples.port}`
    const asked = request({ host: '127.0.0.1', port: samples.port, path, headers: { host } }, (response) => {
      const chunks: Buffer[] = []
      let size = 0
      const done = () =>
        resolve({ status: response.statusCode ?? 0, headers: response.headers, body: Buffer.concat(chunks) })
      response.on('data', (chunk: Buffer) => {
        chunks.push(chunk)
        size += chunk.length
        if (size >= maxBytes) {
          response.destroy()
          done()
        }
      })
      response.on('end', done)
    })
    asked.on('error', reject)
    asked.end()
  })
}

test('the sitemap index of the lamp shop leads through gzipped children to every product', async () => {
  const robots = (await ask('lamps', '/robots.txt')).body.toString()
  const index = /Sitemap: (\S+)/.exec(robots)?.[1]
  const { body } = await ask('lamps', new URL(index!).pathname)
  const children = [...body.toString().matchAll(/<loc>(.*?)<\/loc>/g)].map((match) => new URL(match[1]!).pathname)
  const paths = new Set<string>()
  for (const child of children) {
    const answer = await ask('lamps', child)
    const text = child.endsWith('.gz') ? gunzipSync(answer.body).toString() : answer.body.toString()
    for (const match of text.matchAll(/<loc>(.*?)<\/loc>/g)) paths.add(new URL(match[1]!).pathname)
  }
  for (const page of lampPages(1)) expect(paths).toContain(page.path)
  expect(paths).toContain('/p/discontinued-1')
  expect((await ask('lamps', '/p/discontinued-1')).status).toBe(404)
})

test('every page that a shop says it has answers 200 with its title', async () => {
  for (const [name, pages] of [
    ['lamps', lampPages(1)],
    ['books', bookPages(1)],
  ] as const) {
    for (const page of pages) {
      const answer = await ask(name, page.path)
      expect(answer.status, page.path).toBe(200)
      expect(answer.body.toString()).toContain(`<title>${page.title.replace('&', '&amp;')}`)
    }
  }
})

test('links alone lead to every page of the book shop', async () => {
  const found = new Set(['/'])
  for (const path of found) {
    const { body } = await ask('books', path)
    for (const match of body.toString().matchAll(/<a href="(\/[^"#]*)/g)) found.add(match[1]!)
  }
  expect([...found].sort()).toEqual([...bookPages(1).map((page) => page.path), '/catalogue.pdf'].sort())
})

test('a generation changes prices, stock and names, removes and adds, the same way every time', () => {
  const before = stockAt(lampAssortment, 1)
  const after = stockAt(lampAssortment, 2)
  expect(stockAt(lampAssortment, 2)).toEqual(after)
  const old = new Map(before.products.map((product) => [product.slug, product]))
  const kept = after.products.filter((product) => old.has(product.slug))
  const { change } = lampAssortment
  expect(after.gone).toHaveLength(change.removed)
  expect(after.products).toHaveLength(before.products.length + change.added - change.removed)
  expect(kept.filter((p) => p.priceCents !== old.get(p.slug)?.priceCents)).toHaveLength(change.prices)
  expect(kept.filter((p) => p.availability !== old.get(p.slug)?.availability)).toHaveLength(change.availabilities)
  expect(kept.filter((p) => p.name !== old.get(p.slug)?.name)).toHaveLength(change.names)
})

test('a page that is throttled or broken heals on a later visit', async () => {
  expect((await ask('busy', '/counter/2')).headers['retry-after']).toBe('1')
  expect((await ask('busy', '/counter/2')).status).toBe(200)
  expect((await ask('healing', '/ward/2')).status).toBe(500)
  expect((await ask('healing', '/ward/2')).status).toBe(500)
  expect((await ask('healing', '/ward/2')).status).toBe(200)
})

test('an endless body and an endless sitemap go on until the reader hangs up', async () => {
  expect((await ask('big', '/endless', 1_000_000)).body.length).toBeGreaterThanOrEqual(1_000_000)
  expect((await ask('flood', '/endless.xml', 1_000_000)).body.length).toBeGreaterThanOrEqual(1_000_000)
})

test('the log tells how many requests a host had at once and within a window', async () => {
  samples.log.clear()
  await Promise.all([ask('garden', '/bed/1'), ask('garden', '/bed/2'), ask('lamps', '/')])
  expect(samples.log.of('garden.sample.test')).toHaveLength(2)
  expect(samples.log.maxConcurrency('garden.sample.test')).toBeGreaterThanOrEqual(1)
  expect(samples.log.maxInWindow('garden.sample.test', 60_000)).toBe(2)
  expect(samples.log.entries.every((access) => access.status === 200)).toBe(true)
})

test('the generation is switched from loopback, and not through a site', async () => {
  const switched = await fetch(`http://127.0.0.1:${samples.port}/advance`, { method: 'POST' })
  expect(await switched.json()).toEqual({ generation: 2 })
  expect((await ask('lamps', '/advance')).status).toBe(404)
  expect((await ask('lamps', `/p/${stockAt(lampAssortment, 2).gone[0]}`)).status).toBe(410)
})
