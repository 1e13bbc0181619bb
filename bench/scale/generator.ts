/**
 * Serves a world of virtual sites from memory on one loopback port, in a process of its own: what it costs is not the mesh's.
 * Started by `generator-process.ts`; ends with whoever started it.
 */
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pageOfPath, renderPage } from './page.ts'
import { countRequests } from './request-counts.ts'
import { robotsTxt, sitemap, sitemapCount, sitemapIndex } from './sitemaps.ts'
import { originOf, siteOfHost } from './world.ts'

const [sites, pagesEach] = process.argv.slice(2).map(Number) as [number, number]
const counts = countRequests({ sites, pagesEach })
let port = 0

const server = createServer(({ headers, url = '/' }, response) => {
  const site = siteOfHost({ sites }, headers.host ?? '')
  const page = site === undefined ? undefined : pageOfPath(url, pagesEach)
  if (site === undefined || page === undefined) return other(site, url, response)
  counts.page(site, page)
  send(
    response,
    200,
    'text/html; charset=utf-8',
    renderPage(site, page, { origin: originOf({ port }, site), pagesEach }),
  )
})

function other(site: number | undefined, path: string, response: ServerResponse): void {
  const origin = originOf({ port }, site ?? 0)
  const part = Number(/^\/sitemap-(\d+)\.xml$/.exec(path)?.[1] ?? Number.NaN)
  if (site !== undefined && path === '/robots.txt') {
    counts.other('robots')
    send(response, 200, 'text/plain', robotsTxt(origin))
  } else if (site !== undefined && path === '/sitemap.xml') {
    counts.other('sitemaps')
    send(response, 200, 'application/xml', sitemapIndex(origin, pagesEach))
  } else if (site !== undefined && part < sitemapCount(pagesEach)) {
    counts.other('sitemaps')
    send(response, 200, 'application/xml', sitemap(origin, pagesEach, part))
  } else {
    counts.other('unknown')
    send(response, 404, 'text/plain', 'there is no such page\n')
  }
}

function send(response: ServerResponse, status: number, type: string, text: string): void {
  const body = Buffer.from(text, 'utf8')
  response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body)
}

// Longer than any fetcher keeps a connection: none is closed under a request.
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => {
  port = (server.address() as AddressInfo).port
  process.send?.({ port })
})
process.on('message', () => process.send?.(counts.summary()))
process.once('disconnect', () => process.exit())
