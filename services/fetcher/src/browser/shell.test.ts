import { extractPage } from '@seine/extract'
import { describe, expect, it } from 'vitest'
import { isShell } from './shell.ts'

const isShellPage = (html: string) => {
  const { seo, product } = extractPage({
    url: 'https://shop.test/',
    html,
    headers: {},
    siteHosts: new Set(['shop.test']),
  })
  return isShell({ html, seo, hasProduct: product !== null })
}

const page = (head: string, body: string) =>
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Shop</title>${head}</head>${body}</html>`

const prose = 'A boot that keeps dry in any weather and lasts for years. '

const shells: Record<string, string> = {
  'Create React App': page(
    '<script defer="defer" src="/static/js/main.4f2a1c.js"></script><link href="/static/css/main.css" rel="stylesheet">',
    '<body><noscript>You need to enable JavaScript to run this app.</noscript><div id="root"></div></body>',
  ),
  'React with Vite': page(
    '<script type="module" crossorigin src="/assets/index-B3x9.js"></script>',
    '<body><div id="root"></div></body>',
  ),
  'Vue CLI': page(
    '<script defer src="/js/chunk-vendors.1a2b.js"></script><script defer src="/js/app.3c4d.js"></script>',
    `<body><noscript><strong>We're sorry but shop doesn't work properly without JavaScript enabled.</strong></noscript><div id="app"></div></body>`,
  ),
  'Vue with a spinner': page(
    '<script type="module" src="/assets/index.js"></script>',
    '<body><div id="app"><div class="spinner"><svg><title>wait</title></svg>Loading…</div></div></body>',
  ),
  Angular: page(
    '<base href="/">',
    '<body><app-root></app-root><script src="runtime.1.js" defer></script><script src="polyfills.2.js" defer></script><script src="main.3.js" type="module"></script></body>',
  ),
  'Angular with a word while it loads': page(
    '',
    '<body class="mat-typography"><shop-root><p>Loading the shop, please wait</p></shop-root><script src="main.js" type="module"></script></body>',
  ),
  'Next.js without server rendering': page(
    '<script src="/_next/static/chunks/webpack-1.js" defer></script><script src="/_next/static/chunks/main-2.js" defer></script>',
    '<body><div id="__next"></div><script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{}},"page":"/"}</script></body>',
  ),
  'Nuxt as a single page': page(
    '<script type="module" src="/_nuxt/entry.js"></script>',
    '<body><div id="__nuxt"></div><script>window.__NUXT__={config:{}}</script></body>',
  ),
  Gatsby: page(
    '',
    '<body><noscript>This app works best with JavaScript enabled.</noscript><div id="___gatsby"></div><script src="/app-1.js"></script></body>',
  ),
  'a shell with a tag manager and a cookie notice': page(
    '<script async src="https://tags.test/gtm.js"></script><script type="module" src="/assets/main.js"></script>',
    '<body><noscript><iframe src="https://tags.test/ns.html"></iframe></noscript><div id="root"></div><div class="cookies">We use cookies. <button>Fine</button></div></body>',
  ),
  'a shell with everything in its head': page(
    `<meta name="description" content="${prose}"><meta property="og:title" content="Shop"><script type="application/ld+json">{"@context":"https://schema.org","@type":"Organization","name":"Shop"}</script>`,
    '<body><div id="root"></div><script src="/bundle.js"></script></body>',
  ),
}

const pages: Record<string, string> = {
  'a page rendered by React on the server': page(
    '<script type="module" src="/assets/index.js"></script>',
    `<body><div id="root"><h1>Boots</h1><p>${prose.repeat(10)}</p></div></body>`,
  ),
  'a page rendered by Next.js with little text': page(
    '<script src="/_next/static/chunks/main.js" defer></script>',
    '<body><div id="__next"><h1>Boots</h1><p>99 €</p></div><script id="__NEXT_DATA__" type="application/json">{}</script></body>',
  ),
  'a static page with a short text and a script for statistics': page(
    '<script async src="https://stats.test/app.js"></script>',
    `<body><div id="main"><p>${prose}${prose}</p></div></body>`,
  ),
  'a page that only redirects': page(
    '<meta http-equiv="refresh" content="0; url=/en/"><script src="/main.js"></script>',
    '<body></body>',
  ),
  'a login page': page(
    '<script src="/js/app.js"></script>',
    '<body><div id="app"><form><input name="user"><button>Sign in</button></form></div></body>',
  ),
  'a page that is a picture': page(
    '<script src="/js/jquery.min.js"></script>',
    '<body><img src="/soon.png" alt="Coming soon"></body>',
  ),
  'a frameset': page('<script src="/main.js"></script>', '<frameset><frame src="/shop.html"></frameset>'),
  'an empty page': page('', '<body></body>'),
  'an empty element without scripts': page('', '<body><div id="root"></div></body>'),
  'an element for a widget beside content': page(
    '<script src="/main.js"></script>',
    `<body><div id="app"></div><p>${prose.repeat(4)}</p></body>`,
  ),
  'a shell around server-made links': page(
    '<script type="module" src="/assets/index.js"></script>',
    '<body><nav><a href="/a">A</a><a href="/b">B</a><a href="/c">C</a></nav><div id="root"></div></body>',
  ),
  'a shell with its product in structured data': page(
    '<script type="module" src="/assets/index.js"></script><script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"Boot","sku":"1","offers":{"@type":"Offer","price":"99","priceCurrency":"EUR"}}</script>',
    '<body><div id="root"></div></body>',
  ),
  'a short page of an old shop': page(
    '<script src="/js/prototype.js"></script><script src="/js/index.js"></script>',
    '<body><table><tr><td>Out of stock</td></tr></table></body>',
  ),
  'something with no HTML in it': 'not found',
}

describe('an empty application shell', () => {
  it.each(Object.entries(shells))('is %s', (_, html) => {
    expect(isShellPage(html)).toBe(true)
  })

  it.each(Object.entries(pages))('is not %s', (_, html) => {
    expect(isShellPage(html)).toBe(false)
  })

  it('is told in time that grows with the page and not faster', () => {
    const hostile = `<body>${'<noscript>js '.repeat(20_000)}${'<div id=root '.repeat(20_000)}${'<!--'.repeat(50_000)}<script src="${'app.'.repeat(200_000)}">`
    const startedMs = performance.now()
    isShell({ html: hostile, seo: { textChars: 0, h1: [], internalLinks: 0 }, hasProduct: false })
    expect(performance.now() - startedMs).toBeLessThan(500)
  })
})
