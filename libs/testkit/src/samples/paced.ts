import { html, notFound, type SampleAnswer, type SampleHost, type SampleRequest, text, xml } from './host.ts'
import { page, urlset } from './markup.ts'

/** Pages of the host `steady`, its home page not counted. */
export const steadyPages = 400
/** Pages of the host `unhurried`, its home page not counted. */
export const unhurriedPages = 160
const fragilePages = 200
/** `fragile` dies at this page and is well again after so long. */
export const fragileRepair = { diesAtPage: 60, afterMs: 5_000 } as const

const steady: SampleHost = {
  name: 'steady',
  about: 'a sitemap, and pages that all take the same short time',
  answer: (request) => listed(request, steadyPages, 30),
}

const unhurried: SampleHost = {
  name: 'unhurried',
  about: 'a sitemap, and pages that all take half a second',
  answer: (request) => listed(request, unhurriedPages, 500),
}

/** Dies once, heals once. */
function fragile(): SampleHost {
  let pages = 0
  let wellAtMs: number | null = null
  return {
    name: 'fragile',
    about: `resets every connection from its ${fragileRepair.diesAtPage}th page on, for ${fragileRepair.afterMs} ms`,
    answer(request) {
      if (request.path.startsWith('/item/') && ++pages === fragileRepair.diesAtPage)
        wellAtMs = Date.now() + fragileRepair.afterMs
      if (wellAtMs !== null && Date.now() < wellAtMs)
        return { status: 0, raw: (socket) => void socket.resetAndDestroy() }
      // Slow enough that a second probe would overlap the first one.
      return listed(request, fragilePages, wellAtMs === null ? 30 : 500)
    },
  }
}

export const pacedHosts = (): readonly SampleHost[] => [steady, unhurried, fragile()]

function listed({ origin, path }: SampleRequest, pages: number, delayMs: number): SampleAnswer {
  if (path === '/robots.txt') return text(`User-agent: *\nAllow: /\nSitemap: ${origin}/sitemap.xml\n`)
  if (path === '/sitemap.xml')
    return xml(urlset(Array.from({ length: pages }, (_, i) => ({ loc: `${origin}/item/${i + 1}` }))))
  const item = path === '/' ? 0 : Number(/^\/item\/(\d+)$/.exec(path)?.[1])
  if (!(item <= pages)) return notFound()
  const title = item === 0 ? 'Home' : `Item ${item}`
  return { ...html(page({ title, description: title, canonical: origin + path, body: `<h1>${title}</h1>` })), delayMs }
}
