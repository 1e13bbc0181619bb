/**
 * Serves virtual hosts from memory on one loopback port, each answer after its time, in a process of its own: what it costs is not the
 * mesh's. Started by `hosts-process.ts`; ends with whoever started it.
 */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import { makeVisitLog } from './visit-log.ts'
import { hostOfHeader, originOf, renderPage, robotsTxt, sitemap } from './world.ts'

const [hosts, pagesEach, answerMs] = process.argv.slice(2).map(Number) as [number, number, number]
const visits = makeVisitLog(hosts, () => performance.timeOrigin + performance.now())
/** How long requests may have waited to be seen. */
const stalls = monitorEventLoopDelay({ resolution: 5 })
stalls.enable()
let port = 0

const server = createServer(({ headers, url = '/' }, response) => {
  const host = hostOfHeader({ hosts }, headers.host ?? '')
  if (host === undefined) return response.writeHead(404).end()
  const leave = visits.enter(host)
  setTimeout(() => {
    const [status, type, text] = answerTo(host, url)
    const body = Buffer.from(text, 'utf8')
    response.writeHead(status, { 'content-type': type, 'content-length': body.length }).end(body)
    leave()
  }, answerMs)
})

function answerTo(host: number, path: string): [status: number, type: string, text: string] {
  const origin = originOf({ port }, host)
  if (path === '/robots.txt') return [200, 'text/plain', robotsTxt(origin)]
  if (path === '/sitemap.xml') return [200, 'application/xml', sitemap(origin, pagesEach)]
  const page = path === '/' ? 0 : Number(/^\/page-(\d+)$/.exec(path)?.[1] ?? Number.NaN)
  if (page >= 0 && page < pagesEach) return [200, 'text/html; charset=utf-8', renderPage(host, page)]
  return [404, 'text/plain', 'there is no such page\n']
}

// Longer than any fetcher keeps a connection: none is closed under a request.
server.keepAliveTimeout = 120_000
server.listen(0, '127.0.0.1', () => {
  port = (server.address() as AddressInfo).port
  process.send?.({ port })
})
process.on('message', (question) =>
  process.send?.(
    question === 'seen' ? { seen: visits.seen() } : { visits: visits.columns(), worstStallMs: stalls.max / 1e6 },
  ),
)
process.once('disconnect', () => process.exit())
