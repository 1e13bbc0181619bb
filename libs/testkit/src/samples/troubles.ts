import { html, notFound, redirect, type SampleAnswer, type SampleHost, text, xml } from './host.ts'
import { links, page } from './markup.ts'

const plain = (origin: string, path: string, title: string, hrefs: readonly string[] = []): SampleAnswer =>
  html(
    page({
      title,
      description: `${title}, a sample page.`,
      canonical: origin + path,
      body: `<h1>${title}</h1>${links(hrefs.map((href) => ({ href, text: href })))}`,
    }),
  )

const numbered = (prefix: string, count: number): string[] =>
  Array.from({ length: count }, (_, i) => `${prefix}${i + 1}`)

const openRobots = text('User-agent: *\nAllow: /\n')

const garden: SampleHost = {
  name: 'garden',
  about: 'robots.txt: a disallowed folder with an allowed page in it, a Crawl-delay, rules for another robot',
  answer({ origin, path }) {
    if (path === '/robots.txt') {
      return text(`User-agent: OtherBot
Disallow: /

User-agent: *
Crawl-delay: 0.25
Disallow: /private/
Allow: /private/tour$
`)
    }
    if (path === '/') return plain(origin, path, 'Garden', [...numbered('/bed/', 6), '/private/shed', '/private/tour'])
    if (/^\/bed\/[1-6]$/.test(path) || path.startsWith('/private/')) return plain(origin, path, `Garden ${path}`)
    return notFound()
  },
}

const moved: SampleHost = {
  name: 'moved',
  about: 'redirects: a chain of three, a loop, one to another host, one without a target',
  answer({ origin, path }) {
    if (path === '/robots.txt') return openRobots
    if (path === '/') return plain(origin, path, 'Moved', ['/old/1', '/loop/a', '/away', '/lost'])
    if (path === '/old/1') return redirect('/old/2')
    if (path === '/old/2') return redirect('/old/3', 308)
    if (path === '/old/3') return redirect(`${origin}/new`, 302)
    if (path === '/new') return plain(origin, path, 'New place')
    if (path === '/loop/a') return redirect('/loop/b')
    if (path === '/loop/b') return redirect('/loop/a')
    if (path === '/away') return redirect('http://elsewhere.sample.invalid/')
    if (path === '/lost') return { status: 302 }
    return notFound()
  },
}

const busy: SampleHost = {
  name: 'busy',
  about: '429 with Retry-After on the first visit of some pages, 503 with a date on another',
  answer({ origin, path, visit }) {
    if (path === '/robots.txt') return openRobots
    if (path === '/') return plain(origin, path, 'Busy', numbered('/counter/', 6))
    const counter = Number(/^\/counter\/([1-6])$/.exec(path)?.[1])
    if (Number.isNaN(counter)) return notFound()
    if (counter === 2 && visit === 1) return { status: 429, headers: { 'retry-after': '1' }, body: 'Too many requests' }
    if (counter === 4 && visit === 1) {
      // A date has whole seconds: two ahead is between one and two.
      return { status: 503, headers: { 'retry-after': new Date(Date.now() + 2_000).toUTCString() }, body: 'Busy' }
    }
    return plain(origin, path, `Counter ${counter}`)
  },
}

const healing: SampleHost = {
  name: 'healing',
  about:
    '500s that heal at the third try, and one that never does, among enough healthy pages to keep the breaker shut',
  answer({ origin, path, visit }) {
    if (path === '/robots.txt') return openRobots
    if (path === '/') return plain(origin, path, 'Healing', [...numbered('/ward/', 15), '/hopeless'])
    if (path === '/hopeless') return html('<!doctype html><title>Broken</title>', 500)
    if (path === '/ward/2' && visit < 3) return html('<!doctype html><title>Broken</title>', 500)
    if (/^\/ward\/([1-9]|1[0-5])$/.test(path)) return plain(origin, path, `Ward ${path.slice(6)}`)
    return notFound()
  },
}

const slow: SampleHost = {
  name: 'slow',
  about: 'every answer takes a second and a half',
  answer({ origin, path }) {
    if (path === '/robots.txt') return openRobots
    if (path === '/') return { ...plain(origin, path, 'Slow', numbered('/nap/', 4)), delayMs: 1_500 }
    if (/^\/nap\/[1-4]$/.test(path)) return { ...plain(origin, path, `Nap ${path.at(-1)}`), delayMs: 1_500 }
    return notFound()
  },
}

const big: SampleHost = {
  name: 'big',
  about: 'a page of 8 MB, a body that never ends, and one that stops in the middle of its silence',
  answer({ origin, path }) {
    if (path === '/robots.txt') return openRobots
    if (path === '/') return plain(origin, path, 'Big', ['/huge', '/endless', '/stuck', ...numbered('/small/', 8)])
    if (/^\/small\/[1-8]$/.test(path)) return plain(origin, path, `Small ${path.at(-1)}`)
    const head = '<!doctype html><html lang="en"><title>Big</title><h1>Big</h1>'
    if (path === '/huge') return html(head + '<p>big page</p>\n'.repeat(500_000))
    if (path === '/endless') return { ...html(''), body: endless(`${head}<p>`, 'never ending ') }
    if (path === '/stuck') return { ...html(''), body: stuck(head) }
    return notFound()
  },
}

const flood: SampleHost = {
  name: 'flood',
  about: 'a sitemap that never ends',
  answer({ origin, path }) {
    if (path === '/robots.txt') return text(`User-agent: *\nAllow: /\nSitemap: ${origin}/endless.xml\n`)
    if (path === '/endless.xml') return { ...xml(''), body: endlessSitemap(origin) }
    if (path === '/') return plain(origin, path, 'Flood')
    if (/^\/drop\/\d+$/.test(path)) return plain(origin, path, `Drop ${path.slice(6)}`)
    return notFound()
  },
}

const mislabelled: SampleHost = {
  name: 'mislabelled',
  about: 'a sitemap that is an HTML page, answered 200 as soft 404s are',
  answer({ origin, path }) {
    if (path === '/robots.txt') return openRobots
    if (path === '/') return plain(origin, path, 'Mislabelled', numbered('/page/', 5))
    if (path === '/sitemap.xml') return plain(origin, path, 'Oops, nothing here', ['/'])
    if (/^\/page\/[1-5]$/.test(path)) return plain(origin, path, `Page ${path.at(-1)}`)
    return notFound()
  },
}

/** Rejects every robots.txt with a 500: RFC 9309 §2.3.1.4 says to fetch nothing then. */
const closed: SampleHost = {
  name: 'closed',
  about: 'robots.txt answers 500: nothing may be fetched',
  answer({ origin, path }) {
    if (path === '/robots.txt') return html('<!doctype html><title>Broken</title>', 500)
    return plain(origin, path, 'Closed')
  },
}

/** Hosts that misbehave, each in one way. */
export const troubles: readonly SampleHost[] = [garden, moved, busy, healing, slow, big, flood, mislabelled, closed]

/** Pages of the endless sitemap before the reader has had enough; the bytes a second are bounded by backpressure. */
async function* endlessSitemap(origin: string): AsyncGenerator<Uint8Array> {
  for (let first = 1; ; first += 100) {
    const urls = Array.from({ length: 100 }, (_, i) => `<url><loc>${origin}/drop/${first + i}</loc></url>\n`)
    yield Buffer.from(urls.join(''))
  }
}

async function* endless(first: string, then: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(first)
  const chunk = Buffer.from(then.repeat(1_000))
  for (;;) yield chunk
}

/** Says something and then nothing more, without closing. */
async function* stuck(first: string): AsyncGenerator<Uint8Array> {
  yield Buffer.from(first)
  await new Promise(() => {})
}
