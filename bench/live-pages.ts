/** Many small sites on one port for `live.ts`, in a process of its own: `node bench/live-pages.ts <sites> <pages each>`. Prints its port. */
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

const pagesEach = Number(process.argv[3])
const filler = '<p>Something to read that is as long as a paragraph usually is, and says nothing at all.</p>'.repeat(40)

const server = createServer((request, response) => {
  const origin = `http://${request.headers.host}`
  const { url = '/' } = request
  if (url === '/robots.txt') response.end(`User-agent: *\nAllow: /\nSitemap: ${origin}/sitemap.xml\n`)
  else if (url === '/sitemap.xml') {
    const entries = Array.from({ length: pagesEach }, (_, n) => `<url><loc>${origin}/p/${n}</loc></url>`)
    response.setHeader('content-type', 'application/xml')
    response.end(`<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${entries.join('')}</urlset>`)
  } else {
    response.setHeader('content-type', 'text/html')
    response.end(`<!doctype html><title>Page ${url}</title><h1>${url}</h1><main>${filler}</main>`)
  }
})
server.keepAliveTimeout = 60_000
server.listen(0, '127.0.0.1', () => process.send?.((server.address() as AddressInfo).port))
process.once('disconnect', () => process.exit())
