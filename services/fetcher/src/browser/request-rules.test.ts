import { describe, expect, it } from 'vitest'
import { type PageRequest, ruleFor, sentHeaders, shownHeaders } from './request-rules.ts'

const request = (facts: Partial<PageRequest>): PageRequest => ({
  method: 'GET',
  type: 'script',
  url: 'https://shop.test/app.js',
  isMainNavigation: false,
  ...facts,
})

describe("a page's request", () => {
  it.each(['script', 'xhr', 'fetch'])('for a %s is asked for', (type) => {
    expect(ruleFor(request({ type }))).toEqual({ kind: 'fetch' })
  })

  it('for the page itself is told apart', () => {
    expect(ruleFor(request({ type: 'document', isMainNavigation: true }))).toEqual({ kind: 'main' })
  })

  it.each(['media', 'font', 'websocket', 'eventsource', 'manifest', 'texttrack', 'ping', 'document', 'other'])(
    'for a %s is refused',
    (type) => {
      expect(ruleFor(request({ type }))).toEqual({ kind: 'refuse', reason: `type-${type}` })
    },
  )

  it.each([
    ['stylesheet', 'text/css'],
    ['image', 'image/gif'],
  ])('for a %s gets an empty one, without a request', (type, contentType) => {
    expect(ruleFor(request({ type }))).toMatchObject({ kind: 'stand-in', contentType })
  })

  it.each(['POST', 'PUT', 'DELETE', 'HEAD'])('that is a %s is refused', (method) => {
    expect(ruleFor(request({ method, type: 'xhr' }))).toEqual({ kind: 'refuse', reason: 'method' })
  })

  it.each(['file:///etc/passwd', 'chrome://crash', 'ftp://shop.test/'])('for %s is refused', (url) => {
    expect(ruleFor(request({ url }))).toEqual({ kind: 'refuse', reason: 'scheme' })
  })
})

describe('headers sent on', () => {
  const headers = {
    accept: '*/*',
    cookie: 'session=1',
    authorization: 'Bearer x',
    'x-api-key': 'k',
    'user-agent': 'Chromium',
    'sec-ch-ua': '"Chromium"',
    'if-none-match': '"1"',
    'x-long': 'x'.repeat(5_000),
    'x-broken': 'a\nb',
  }

  it("are the page's own, without cookies and without what the client says itself", () => {
    expect(sentHeaders(headers, true)).toEqual({ accept: '*/*', authorization: 'Bearer x', 'x-api-key': 'k' })
  })

  it('carry no credential to another origin', () => {
    expect(sentHeaders(headers, false)).toEqual({ accept: '*/*' })
  })
})

it('shows a page no header that would keep, download, redirect or report something', () => {
  const headers = { 'content-type': 'text/html', 'set-cookie': 'a=1', 'content-encoding': 'gzip', refresh: '0' }
  expect(shownHeaders(headers)).toEqual({ 'content-type': 'text/html' })
})
