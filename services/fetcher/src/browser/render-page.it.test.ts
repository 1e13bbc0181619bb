import { createSocket } from 'node:dgram'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest'
import { chromiumHere, html, script, startRendering } from './testing/rendering.ts'

const title = chromiumHere ? 'a rendered page' : 'a rendered page (skipped: no Chromium on PATH or in CHROMIUM_PATH)'
let site: Awaited<ReturnType<typeof startRendering>>

const shell = (source: string) =>
  html(`<!doctype html><title>shell</title><div id="root"></div><script src="${source}"></script>`)
const inline = (code: string) => html(`<!doctype html><title>page</title><div id="root"></div><script>${code}</script>`)

describe.skipIf(!chromiumHere)(title, () => {
  beforeAll(async () => {
    site = await startRendering()
  })
  afterAll(() => site.stop())
  beforeEach(() => site.clear())

  it('has the title, text and links that its scripts made, in a record like any other', async () => {
    site.serve('/', shell('/app.js'))
    site.serve(
      '/app.js',
      script(`fetch('/api/products').then((r) => r.json()).then(({ name }) => {
        document.title = name + ' – Überblick'
        document.getElementById('root').innerHTML = '<h1>' + name + '</h1><a href="/p/1">one</a>'
      })`),
    )
    site.serve('/api/products', (_request, response) => response.end('{"name":"Boots"}'))
    const { outcome, status, record } = await site.render('/')
    expect({ outcome, status }).toEqual({ outcome: 'ok', status: 200 })
    expect(record?.seo).toMatchObject({ title: 'Boots – Überblick', h1: ['Boots'] })
    expect(record).toMatchObject({ charset: 'utf-8', truncated: false })
    expect(site.found).toEqual([`${site.origin}/p/1`])
  })

  it('has the times of the document and not those of rendering', async () => {
    site.serve('/', inline(`const end = performance.now() + 400; while (performance.now() < end);`))
    const startedMs = performance.now()
    const { record } = await site.render('/')
    expect(performance.now() - startedMs).toBeGreaterThan(400)
    expect(record?.responseTimeMs).toBeLessThan(300)
  })

  it('is asked for without conditions: its shell may be unchanged while its products are not', async () => {
    site.serve('/', (request, response) =>
      request.headers['if-none-match'] ? response.writeHead(304).end() : html('<title>new</title>')(request, response),
    )
    const { outcome } = await site.render('/', {}, { etag: '"1"', lastModified: 'Mon, 01 Jan 2024 00:00:00 GMT' })
    expect(outcome).toBe('ok')
  })

  it('that redirects is a row of its own, and no browser follows', async () => {
    site.serve('/old', (_request, response) => response.writeHead(301, { location: '/new' }).end())
    const { outcome, status, record } = await site.render('/old')
    expect({ outcome, status }).toEqual({ outcome: 'ok', status: 301 })
    expect(record?.redirectUrl).toBe(`${site.origin}/new`)
    expect(site.found).toEqual([`${site.origin}/new`])
    expect(site.asked('/new')).toBe(0)
  })

  it('whose script sends the visitor elsewhere is read where it stands', async () => {
    site.serve('/', inline(`document.title = 'stays'; location.href = '/elsewhere'`))
    const { record } = await site.render('/')
    expect(record?.seo?.title).toBe('stays')
    expect(site.asked('/elsewhere')).toBe(0)
  })

  it('is no place for frames, windows, downloads, posts or sockets', async () => {
    site.serve(
      '/',
      inline(`document.body.insertAdjacentHTML('beforeend', '<iframe src="/frame"></iframe><a id="d" download href="/file">x</a>')
        document.getElementById('d').click(); window.open('/window')
        fetch('/post', { method: 'POST' }).catch(() => {}); navigator.sendBeacon('/beacon', 'x')
        new EventSource('/events'); new WebSocket('ws://' + location.host + '/socket')
        navigator.serviceWorker?.register('/worker.js').catch(() => {})
        new Image().src = '/image.png'; alert('hello')`),
    )
    const { outcome } = await site.render('/')
    expect(outcome).toBe('ok')
    expect(site.requests.map(({ path }) => path)).toEqual(['/'])
  })

  it('goes on where a picture or a style sheet is left out, as if it were there', async () => {
    site.serve(
      '/',
      html(`<title>waiting</title><h1 id="h">whole</h1><img src="/a.png" onerror="h.textContent = 'picture broken'">
        <div style="background: url(/b.png)"></div><script>
        const sheet = Object.assign(document.createElement('link'), { rel: 'stylesheet', href: '/a.css' })
        sheet.onload = () => (document.title = 'styled'); sheet.onerror = () => (document.title = 'broken')
        document.head.append(sheet)</script>`),
    )
    const { record } = await site.render('/')
    expect(record?.seo).toMatchObject({ title: 'styled', h1: ['whole'] })
    expect(site.requests.map(({ path }) => path)).toEqual(['/'])
  })

  it('reserves a slot of its host for each thing it loads, and one at a time', async () => {
    site.serve('/', html(`<title>x</title>${[1, 2, 3].map((i) => `<script src="/s${i}.js"></script>`).join('')}`))
    let underWay = 0
    let most = 0
    for (const i of [1, 2, 3])
      site.serve(`/s${i}.js`, (request, response) => {
        most = Math.max(most, ++underWay)
        setTimeout(() => {
          underWay--
          script('')(request, response)
        }, 30)
      })
    await site.render('/')
    expect(site.slots).toHaveLength(4)
    expect(most).toBe(1)
  })

  it('does not get a script that robots.txt disallows', async () => {
    site.serve('/', shell('/private.js'))
    site.serve('/private.js', script(`document.title = 'private'`))
    site.disallowed.add('/private.js')
    const { record } = await site.render('/')
    expect(record?.seo?.title).toBe('shell')
    expect(site.asked('/private.js')).toBe(0)
  })

  it('does not get at what the address guard refuses, by address, by name or by a redirect', async () => {
    const { port } = site
    site.serve(
      '/',
      inline(`const urls = ['http://127.0.0.2:${port}/secret', 'http://inside.test:${port}/secret', '/hop', 'http://169.254.169.254/']
        Promise.allSettled(urls.map((url) => fetch(url))).then((all) => {
          document.title = all.map(({ status, value }) => (status === 'fulfilled' ? value.status : 'no')).join(' ')
        })`),
    )
    site.serve('/hop', (_request, response) =>
      response.writeHead(302, { location: `http://127.0.0.2:${port}/secret` }).end(),
    )
    const { record } = await site.render('/')
    expect(record?.seo?.title).toBe('no no no no')
    expect(site.asked('/secret')).toBe(0)
  })

  it('has no network of its own: what slips past the interception goes nowhere', async () => {
    const stun = createSocket('udp4')
    let packets = 0
    stun.on('message', () => packets++)
    await new Promise<void>((resolve) => stun.bind(0, '127.0.0.1', resolve))
    const udpPort = (stun.address() as AddressInfo).port
    // By address, because a name of this test's would not lead anywhere even with a network.
    const address = `127.0.0.1:${site.port}`
    site.serve(
      '/',
      inline(`const work = "fetch('http://${address}/leak').catch(() => {});new WebSocket('ws://${address}/leak')"
        new WebSocket('ws://${address}/leak')
        const source = URL.createObjectURL(new Blob([work]))
        new Worker(source); if (window.SharedWorker) new SharedWorker(source)
        const peer = new RTCPeerConnection({ iceServers: [{ urls: 'stun:127.0.0.1:${udpPort}' }] })
        peer.createDataChannel('x'); peer.createOffer().then((offer) => peer.setLocalDescription(offer))
        fetch('http://${address}/wait').finally(() => (document.title = 'done'))`),
    )
    site.serve('/wait', (_request, response) => setTimeout(() => response.end(), 400))
    const { record } = await site.render('/')
    stun.close()
    expect(record?.seo?.title).toBe('done')
    expect(packets).toBe(0)
    // A worker may fetch through us, at the host's pace; no request comes without a slot, and no socket at all.
    expect(site.requests.length).toBeLessThanOrEqual(site.slots.length)
    expect(site.requests.filter(({ headers }) => headers.upgrade)).toEqual([])
  })

  it('keeps nothing for the next one', async () => {
    site.serve(
      '/',
      html(
        `<script>document.title = 'seen ' + (localStorage.seen || 'no') + document.cookie; localStorage.seen = 'yes'; document.cookie = 'a=1'</script>`,
        { 'set-cookie': 'b=2' },
      ),
    )
    for (let i = 0; i < 2; i++) expect((await site.render('/')).record?.seo?.title).toBe('seen no')
    expect(site.requests.every(({ headers }) => headers.cookie === undefined)).toBe(true)
  })

  it('shares its scripts with the pages after it', async () => {
    site.serve('/', shell('/shared.js'))
    site.serve('/shared.js', script(`document.title = 'shared'`))
    const records = await Promise.all([site.render('/'), site.render('/')])
    records.push(await site.render('/'))
    expect(records.map(({ record }) => record?.seo?.title)).toEqual(['shared', 'shared', 'shared'])
    expect(site.asked('/shared.js')).toBe(1)
  })

  it('is read to its limit where scripts make it larger', async () => {
    site.serve('/', inline(`document.getElementById('root').textContent = 'ü'.repeat(3_000_000)`))
    const { record } = await site.render('/', { limits: { maxBodyBytes: 100_000 } })
    expect(record).toMatchObject({ truncated: true, sizeBytes: 100_000, status: 200 })
  })

  it('does not get a script larger than what all its answers together may be', async () => {
    const small = await startRendering({}, { maxBytes: 10_000, maxRequests: 3 })
    small.serve('/', shell('/large.js'))
    small.serve('/large.js', script(`document.title = 'large';${' '.repeat(20_000)}`))
    expect((await small.render('/')).record?.seo?.title).toBe('shell')
    small.serve('/many', inline(`for (let i = 0; i < 10; i++) fetch('/n' + i).catch(() => {})`))
    await small.render('/many')
    expect(small.requests.filter(({ path }) => path.startsWith('/n'))).toHaveLength(3)
    await small.stop()
  })

  it('that polls for ever is read all the same', async () => {
    const patient = await startRendering({}, { patienceMs: 500 })
    patient.serve('/', inline(`setInterval(() => fetch('/poll').catch(() => {}), 50)`))
    expect((await patient.render('/')).outcome).toBe('ok')
    await patient.stop()
  })

  it('that is not done in time is tried again, and its host is not blamed', async () => {
    site.serve('/', shell('/slow.js'))
    site.serve('/slow.js', () => {})
    const { outcome, reason, countsAsFailure } = await site.render('/', { timeouts: { totalMs: 1_500 } })
    expect({ outcome, reason, countsAsFailure }).toEqual({
      ...{ outcome: 'deferred', reason: 'timeout-render', countsAsFailure: true },
    })
  })

  it('that loops for ever is killed, and the next one is rendered', async () => {
    site.serve('/loop', inline('for (;;);'))
    site.serve('/fine', html('<title>fine</title>'))
    const { reason } = await site.render('/loop', { timeouts: { totalMs: 1_500 } })
    expect(reason).toBe('timeout-render')
    expect((await site.render('/fine')).record?.seo?.title).toBe('fine')
  })

  it.each([
    ['in its heap', 'const all = []; for (;;) all.push(new Array(1e5).fill(Math.random()))'],
    [
      'beside its heap',
      'const all = []; setInterval(() => all.push(new Uint8Array(32e6).fill(1)), 20); setInterval(() => fetch("/x").catch(() => {}), 50)',
    ],
  ])('that allocates for ever %s is killed, and the next one is rendered', async (_, code) => {
    site.serve('/greedy', inline(code))
    site.serve('/fine', html('<title>fine</title>'))
    const { outcome, reason } = await site.render('/greedy')
    expect({ outcome, reason }).toEqual({ outcome: 'deferred', reason: 'browser-crashed' })
    expect((await site.render('/fine')).record?.seo?.title).toBe('fine')
  })
})
