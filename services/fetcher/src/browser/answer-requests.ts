import type { HttpPage } from '@seine/net'
import type { Page, Request, Route } from 'playwright-core'
import type { Activity } from './activity.ts'
import type { Subresource, Wanted } from './fetch-subresource.ts'
import type { Receipts } from './receipts.ts'
import { ruleFor, shownHeaders } from './request-rules.ts'

/** What one page may ask for. */
export interface RequestLimits {
  /** Requests that are asked for; further ones are refused. */
  readonly maxRequests: number
  /** Body bytes of all answers together; what would pass it is refused. */
  readonly maxBytes: number
}

export interface Answered {
  requests: number
  bytes: number
  /** Refused requests by reason. */
  readonly refused: Record<string, number>
}

/**
 * Answers everything a page asks for (keeps I9): itself once, from `main`; what the rules allow through `fetch`; nothing
 * else. A second navigation is refused, so that a page which sends the visitor elsewhere is read where it stands.
 */
export function makeAnswerRequests(options: {
  pageOf: () => Page | null
  main: HttpPage
  limits: RequestLimits
  activity: Activity
  /** Counted up here. */
  answered: Answered
  fetch: (wanted: Wanted) => Promise<Subresource>
  receipts: Receipts
  /** The page wanted to go elsewhere, and was not let. */
  onLeaving: () => void
}) {
  const { main, limits, activity, answered, pageOf } = options
  let mainAnswered = false

  function refuse(route: Route, reason: string): Promise<void> {
    answered.refused[reason] = (answered.refused[reason] ?? 0) + 1
    // `aborted`, because any other reason would put an error page in place of a page that navigates.
    return route.abort('aborted')
  }

  async function fetchFor(request: Request): Promise<Subresource> {
    if (answered.requests >= limits.maxRequests) return { ok: false, reason: 'too-many-requests' }
    const maxBodyBytes = limits.maxBytes - answered.bytes
    if (maxBodyBytes <= 0) return { ok: false, reason: 'too-many-bytes' }
    answered.requests++
    const url = withoutFragment(request.url())
    const got = await options.fetch({ url, type: request.resourceType(), headers: request.headers(), maxBodyBytes })
    if (!got.ok) return got
    answered.bytes += got.answer.body.byteLength
    return answered.bytes > limits.maxBytes ? { ok: false, reason: 'too-many-bytes' } : got
  }

  async function answer(route: Route): Promise<void> {
    const request = route.request()
    const isMainNavigation = isMain(request, pageOf())
    const type = request.resourceType()
    const rule = ruleFor({ method: request.method(), type, url: request.url(), isMainNavigation })
    if (rule.kind === 'refuse') return refuse(route, rule.reason)
    if (rule.kind === 'stand-in') return route.fulfill({ status: 200, ...rule })
    if (rule.kind === 'main') {
      if (mainAnswered) return refuse(route, 'navigation').then(options.onLeaving)
      mainAnswered = true
      return fulfill(route, main)
    }
    const end = activity.begin()
    const received = options.receipts.expect(request)
    try {
      const got = await fetchFor(request)
      await (got.ok ? fulfill(route, got.answer) : refuse(route, got.reason))
      await received()
    } finally {
      end()
    }
  }

  return { answer }
}

function fulfill(route: Route, { status, headers, body }: HttpPage): Promise<void> {
  const bytes = Buffer.from(body.buffer, body.byteOffset, body.byteLength)
  return route.fulfill({ status, headers: shownHeaders(headers), body: bytes })
}

function isMain(request: Request, page: Page | null): boolean {
  if (!request.isNavigationRequest() || page === null) return false
  try {
    return request.frame() === page.mainFrame()
  } catch {
    // A window that the page opened has no frame yet: not this page.
    return false
  }
}

function withoutFragment(url: string): string {
  const at = url.indexOf('#')
  return at < 0 ? url : url.slice(0, at)
}
