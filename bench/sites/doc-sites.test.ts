import { readFileSync, statSync } from 'node:fs'
import { request } from 'undici'
import { describe, expect, it } from 'vitest'
import { accessLogFields, startDocSites } from './doc-sites.ts'
import { docRoot } from './packages.ts'

const installed = docRoot('postgres') !== null

describe.skipIf(!installed)('startDocSites (needs postgresql-doc and nginx: node bench/sites/install.ts)', () => {
  it('serves every page at one URL, names it in its sitemap, and logs each request', async () => {
    const docs = await startDocSites({ only: ['postgres'] })
    try {
      const home = docs.sites[0]?.startUrls[0] ?? ''
      const { host, port } = new URL(home)
      const get = async (path: string) => {
        const answer = await request(`http://127.0.0.1:${port}${path}`, { headers: { host } })
        return { status: answer.statusCode, location: answer.headers.location, body: await answer.body.text() }
      }
      const pages = docs.pages.postgres ?? new Map<string, string>()
      expect(pages.size).toBeGreaterThan(1_000)
      expect((await get('/robots.txt')).body).toContain(`Sitemap: ${home}sitemap.xml`)
      const { body: sitemap } = await get('/sitemap.xml')
      expect([...sitemap.matchAll(/<loc>(.*?)<\/loc>/g)].map((match) => match[1])).toEqual([...pages.keys()])
      for (const [url, file] of [...pages].slice(0, 50)) {
        const { status, body } = await get(new URL(url).pathname)
        expect(status).toBe(200)
        expect(Buffer.byteLength(body)).toBe(statSync(file).size)
      }
      expect(await get('/index.html')).toMatchObject({ status: 301, location: '/' })
      expect(await get('/acronyms.html?x=1')).toMatchObject({ status: 301, location: '/acronyms.html' })

      const lines = readFileSync(docs.accessLogs.postgres ?? '', 'utf8')
        .trim()
        .split('\n')
      expect(lines).toHaveLength(54)
      expect(lines.at(-1)?.split('\t')).toHaveLength(accessLogFields.length)
      expect(lines.at(-1)).toContain(`\t${host}\t/acronyms.html?x=1\t301\t`)
    } finally {
      await docs.stop()
    }
  })
})
