import type { HttpClient, HttpPage, HttpRequest } from '@seine/net'
import { isHtml } from '@seine/pages'
import type { Clock, Logger } from '@seine/runtime'
import type { BrowserContext, Page } from 'playwright-core'
import type { Unanswered } from '../ask.ts'
import { blockPageOf } from '../block-page.ts'
import { type Activity, makeActivity } from './activity.ts'
import { type Answered, makeAnswerRequests, type RequestLimits } from './answer-requests.ts'
import type { BrowserPool } from './browser-pool.ts'
import type { Subresource, Wanted } from './fetch-subresource.ts'
import { openWorld, type PageWorld } from './page-world.ts'
import { watchReceipts } from './receipts.ts'

/** What a page asks for while it is rendered. `signal`: aborted when nobody waits for it any more. */
export type FetchForPage = (wanted: Wanted, signal: AbortSignal, remainingMs: number) => Promise<Subresource>

export interface RenderLimits extends RequestLimits {
  /** A page has settled when it has asked for nothing for this long. */
  readonly quietMs: number
  /** What a page asks for later than this after it has loaded is not waited for. */
  readonly patienceMs: number
}

export const renderLimits: RenderLimits = {
  maxRequests: 200,
  maxBytes: 32 * 1024 * 1024,
  quietMs: 500,
  patienceMs: 5_000,
}

/** What has not closed after this is not used again. */
const closeTimeoutMs = 5_000

/**
 * A page as a browser shows it, in the shape of an HTTP answer: status, headers and times of the document as it was
 * sent, the body is the rendered document as UTF-8 HTML. What a browser would not change (redirects, errors, block
 * pages, other types) comes back as it was sent, and no browser is bothered.
 *
 * `letGo` is called when the document has come. The whole takes `timeouts.totalMs` at most. A page that has not loaded and settled by then has failed: what is there
 * then may be anything from a shell to half a list.
 */
export function makeRenderPage(deps: {
  pool: BrowserPool
  http: Pick<HttpClient, 'request'>
  limits: RenderLimits
  clock: Clock
  log: Logger
}) {
  const { pool, http, limits, clock, log } = deps

  return async (
    request: HttpRequest,
    letGo: () => void,
    fetchForPage: FetchForPage,
  ): Promise<HttpPage | Unanswered> => {
    const startedMs = performance.now()
    // Sent first and at once, because its slot is now: a browser may have to be waited for (keeps I3).
    const sent = await http.request({ ...request, headers: unconditional(request.headers) })
    // What the page loads needs the host's places itself.
    letGo()
    if (!sent.ok || !wantsBrowser(sent)) return sent

    const { totalMs } = request.timeouts
    const over = new AbortController()
    const remainingMs = () => totalMs - (performance.now() - startedMs)
    const timer = setTimeout(() => over.abort(), remainingMs())
    const onAbort = () => over.abort()
    request.signal?.addEventListener('abort', onAbort)
    try {
      return await render(request, sent, over.signal, (wanted) => fetchForPage(wanted, over.signal, remainingMs()))
    } finally {
      clearTimeout(timer)
      request.signal?.removeEventListener('abort', onAbort)
      over.abort()
    }
  }

  async function render(
    request: HttpRequest,
    main: HttpPage,
    signal: AbortSignal,
    fetch: (wanted: Wanted) => Promise<Subresource>,
  ): Promise<HttpPage | Unanswered> {
    const lease = await pool.lease(signal)
    if (lease === null) return failed('browser-crashed', 'no browser started in time')
    const lost = Promise.withResolvers<never>()
    lost.promise.catch(() => {})
    let context: BrowserContext | null = null
    let page: Page | null = null
    let crashed = false
    const activity = makeActivity(clock)
    const leaving = Promise.withResolvers<void>()
    const answered: Answered = { requests: 0, bytes: 0, refused: {} }
    const atEnd = () => lost.reject(new Error('not rendered in time'))
    signal.addEventListener('abort', atEnd)

    async function show(): Promise<HttpPage> {
      context = await lease!.browser.newContext({
        userAgent: request.headers['user-agent'] ?? '',
        serviceWorkers: 'block',
        acceptDownloads: false,
      })
      const { answer } = makeAnswerRequests({
        ...{ pageOf: () => page, main, limits, activity, fetch, answered },
        receipts: watchReceipts(context, clock, signal),
        onLeaving: leaving.resolve,
      })
      await context.route(
        () => true,
        (route) =>
          answer(route).catch((error: unknown) => {
            // Of a page that is over nothing can be answered any more.
            if (!signal.aborted && !crashed) lost.reject(error)
          }),
      )
      page = await context.newPage()
      page.on('crash', () => {
        crashed = true
        lost.reject(new Error('the page crashed'))
      })
      context.on('page', (opened) => void opened.close().catch(() => {}))
      await page.goto(request.url, { waitUntil: 'commit', timeout: 0 })
      // A page that leaves while it loads, and is not let, never finishes loading.
      await Promise.race([page.waitForLoadState('load', { timeout: 0 }), leaving.promise])
      const world = await openWorld(page)
      await settle(activity, world, signal)
      const { html, cut } = await world.read(request.limits.maxBodyBytes)
      return rendered(main, html, cut, request.limits.maxBodyBytes)
    }

    const startedMs = performance.now()
    try {
      const showing = show()
      showing.catch(() => {})
      const shown = await Promise.race([showing, lost.promise])
      log.debug('page rendered', { url: request.url, renderMs: Math.round(performance.now() - startedMs), ...answered })
      return shown
    } catch (error) {
      const message = error instanceof Error ? (error.message.split('\n')[0] ?? '') : String(error)
      if (signal.aborted) return failed('render-timeout', `${message}, ${JSON.stringify(answered)}`)
      if (crashed || isGone(message)) return failed('browser-crashed', message)
      if (!/net::ERR_/.test(message)) throw error
      log.warn('browser refused a page, which is read as it was sent', { url: request.url, message })
      return main
    } finally {
      signal.removeEventListener('abort', atEnd)
      lease.release(await closeContext(context))
    }
  }

  /** Quiet outside and idle inside, because a page that waits for the processor is quiet too. */
  async function settle(activity: Activity, world: PageWorld, signal: AbortSignal): Promise<void> {
    const lastMs = clock.nowMs() + limits.patienceMs
    while (!signal.aborted) {
      await activity.settled(limits, signal)
      const { begun } = activity
      await world.idle()
      if (activity.begun === begun || clock.nowMs() >= lastMs) return
    }
  }

  /** A page stuck in a loop is closed by Chromium from outside; where even that doesn't work the browser has to go. */
  async function closeContext(context: BrowserContext | null): Promise<'closed' | 'broken'> {
    // Not opened yet, so whatever becomes of it is the browser's to take along.
    if (context === null) return 'broken'
    const late = new AbortController()
    const closing = context.close().then(
      () => 'closed' as const,
      () => 'broken' as const,
    )
    const how = await Promise.race([closing, clock.sleep(closeTimeoutMs, late.signal).then(() => 'broken' as const)])
    late.abort()
    return how
  }
}

/** A page that changes behind an unchanged shell must not be taken for unchanged. */
function unconditional(headers: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !/^if-/i.test(name)))
}

/** Recognised block pages are counted, never solved; what was cut is not what the site sent. */
function wantsBrowser(sent: HttpPage): boolean {
  const { status, headers, body, truncated } = sent
  const isPage = status >= 200 && status < 300 && status !== 204 && body.byteLength > 0
  return isPage && !truncated && isHtml(headers['content-type']) && blockPageOf(sent) === null
}

function rendered(main: HttpPage, html: string, cut: boolean, maxBodyBytes: number): HttpPage {
  const bytes = Buffer.from(html)
  const mediaType = /^[^;]*/.exec(main.headers['content-type'] ?? '')?.[0].trim() || 'text/html'
  return {
    ...main,
    headers: { ...main.headers, 'content-type': `${mediaType}; charset=utf-8` },
    body: bytes.subarray(0, maxBodyBytes),
    truncated: cut || bytes.byteLength > maxBodyBytes,
  }
}

/** Playwright's words for a page or browser that is no more; it has no class for them that could be asked. */
function isGone(message: string): boolean {
  return /has been closed|Page crashed|Target crashed/.test(message)
}

function failed(kind: 'browser-crashed' | 'render-timeout', message: string): Unanswered {
  return { ok: false, failure: { kind, message } }
}
