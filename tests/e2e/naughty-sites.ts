import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Sites of one page each, and one whose titles are what they are given, told apart by the Host header. */
export interface NaughtySites extends AsyncDisposable {
  /** `s1` … `s500`: `http://s1.sample.test:<port>/`. */
  urlOf(name: string): string
  /** Answers of `flaky` from now on. */
  repair(): void
}

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' }
const escaped = (text: string) => text.replace(/[&<>"]/g, (found) => escapes[found]!)

/** `titles`: of the pages `/p/0`, `/p/1`, … of `naughty`, as a browser reads them. */
export async function startNaughtySites(titles: readonly string[]): Promise<NaughtySites> {
  let isBroken = true
  const server = createServer((request, response) => {
    const [host = ''] = (request.headers.host ?? '').split('.')
    const path = request.url ?? '/'
    const html = (body: string) => response.writeHead(200, { 'content-type': 'text/html; charset=utf-8' }).end(body)
    if (path === '/robots.txt' || path === '/sitemap.xml') return response.writeHead(404).end()
    if (host === 'flaky' && isBroken && path !== '/') return response.writeHead(503, { 'retry-after': '0' }).end()
    if (host === 'flaky' && path === '/') return html('<title>Flaky</title><a href="/p/1">1</a>')
    if (host !== 'naughty') return setTimeout(() => html(`<title>${host}</title><h1>${host}</h1>`), 30)
    const number = /^\/p\/(\d+)$/.exec(path)?.[1]
    if (number === undefined) return html(titles.map((_, i) => `<a href="/p/${i}">${i}</a>`).join(' '))
    return html(`<!doctype html><title>${escaped(titles[Number(number)] ?? '')}</title><h1>page</h1>`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return {
    urlOf: (name) => `http://${name}.sample.test:${port}/`,
    repair() {
      isBroken = false
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
