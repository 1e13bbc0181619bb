import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ServedPage } from './page.ts'
import { sitemapOf, siteOfHost } from './sites.ts'
import type { Visit } from './visit.ts'

/**
 * The web server of the chaos world, a process of its own: `node serve-main.ts <address> <forbidden address>`. Its parent hears
 * which port it has, and asks for its log over the process channel.
 */
const [address = '', forbiddenAddress = ''] = process.argv.slice(2)
/** The shorter, the better it knows when a request came; a busy machine makes it longer. */
const lookEveryMs = 3

const visits: Visit[] = []
/** What came to the address that may not be asked: anything is one too many. */
const forbidden: string[] = []
const visitsOfPath = new Map<string, number>()
let generation = 0
let looks: [number, number] = [performance.now(), performance.now()]
// What is read after a look had not come before the look before that: each look is followed by one reading of all sockets.
setInterval(() => {
  looks = [looks[1], performance.now()]
}, lookEveryMs)

function enter(request: IncomingMessage): Visit {
  const visit: Visit = {
    host: request.headers.host ?? '',
    path: request.url ?? '',
    seenMs: performance.now(),
    earliestMs: looks[0],
    endMs: null,
    status: 0,
    wallMs: Date.now(),
    from: request.socket.remoteAddress ?? '',
    generation,
  }
  visits.push(visit)
  return visit
}

async function serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const visit = enter(request)
  const end = () => {
    visit.endMs ??= performance.now()
  }
  response.once('close', end)
  const send = (status: number, headers: Readonly<Record<string, string>>, body: string) => {
    if (response.destroyed) return
    visit.status = status
    // Before it is handed over: its client may ask again before this process is told that it is through.
    end()
    response.writeHead(status, { ...headers, 'content-length': String(Buffer.byteLength(body)) }).end(body)
  }
  const site = siteOfHost(visit.host)
  if (site === undefined) return send(421, {}, 'no such site')
  const origin = `http://${visit.host}`
  if (visit.path === '/robots.txt') {
    const sitemap = site.hasSitemap ? `Sitemap: ${origin}/sitemap.xml\n` : ''
    return send(200, { 'content-type': 'text/plain' }, `User-agent: *\nAllow: /\n${sitemap}`)
  }
  if (visit.path === '/sitemap.xml' && site.hasSitemap) {
    const urls = sitemapOf(site, generation, origin).map((url) => `<url><loc>${url}</loc></url>`)
    const body = `<?xml version="1.0"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls.join('\n')}</urlset>`
    return send(200, { 'content-type': 'application/xml' }, body)
  }
  const page = site.pages(generation, origin).get(visit.path)
  if (page === undefined) return send(404, { 'content-type': 'text/html' }, '<title>Not here</title>')
  const key = `${generation} ${origin}${page.path}`
  const count = (visitsOfPath.get(key) ?? 0) + 1
  visitsOfPath.set(key, count)
  await sleep(page.delayMs)
  answer(request, send, page, count)
}

function answer(
  request: IncomingMessage,
  send: (status: number, headers: Readonly<Record<string, string>>, body: string) => void,
  page: ServedPage,
  count: number,
): void {
  const { firstVisits, headers, status, body } = page
  if (firstVisits !== undefined && count <= firstVisits.count)
    send(firstVisits.status, { 'retry-after': String(firstVisits.retryAfterS) }, '')
  else if (headers.etag !== undefined && request.headers['if-none-match'] === headers.etag) send(304, headers, '')
  else send(status, { 'content-type': 'text/html; charset=utf-8', ...headers }, body)
}

const server = createServer((request, response) => void serve(request, response))
// Fetchers keep connections as long as they like.
server.keepAliveTimeout = 60_000
server.listen(0, address, () => {
  const { port } = server.address() as { port: number }
  const trap = createServer((request, response) => {
    forbidden.push(`${request.method} ${request.headers.host}${request.url} from ${request.socket.remoteAddress}`)
    response.end('<title>Secret</title>')
  })
  trap.on('connection', (socket) => forbidden.push(`a connection from ${socket.remoteAddress}`))
  trap.listen(port, forbiddenAddress, () => process.send?.({ port }))
})

process.on('message', (order: { generation?: number; logFrom?: number }) => {
  if (order.generation !== undefined) generation = order.generation
  process.send?.({ visits: visits.slice(order.logFrom ?? visits.length), total: visits.length, forbidden })
})
process.once('disconnect', () => process.exit())
