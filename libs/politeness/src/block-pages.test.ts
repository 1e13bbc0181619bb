import { describe, expect, it } from 'vitest'
import { maxBlockPageChars, recogniseBlockPage } from './block-pages.ts'

const page = (status: number, body: string, headers: Record<string, string> = {}) =>
  recogniseBlockPage({ status, body, headers })

describe('block pages', () => {
  it.each([
    ['cloudflare', 'challenge', page(403, '', { 'cf-mitigated': 'challenge' })],
    [
      'cloudflare',
      'challenge',
      page(503, '<title>Just a moment...</title><script src="/cdn-cgi/challenge-platform/x">'),
    ],
    ['cloudflare', 'denied', page(403, '<div id="cf-error-details"><h1>Sorry, you have been blocked</h1>')],
    ['aws-waf', 'captcha', page(405, '', { 'x-amzn-waf-action': 'captcha' })],
    ['datadome', 'captcha', page(403, '<iframe src="https://geo.captcha-delivery.com/captcha/">')],
    ['perimeterx', 'captcha', page(403, '<div id="px-captcha">')],
    [
      'incapsula',
      'challenge',
      page(200, '<iframe src="/_Incapsula_Resource?x">Request unsuccessful. Incapsula incident ID: 1'),
    ],
    ['akamai', 'denied', page(403, '<h1>Access Denied</h1> https://errors.edgesuite.net/18.x')],
    ['amazon', 'captcha', page(200, '<form method="get" action="/errors/validateCaptcha">')],
    ['recaptcha', 'captcha', page(429, '<div class="g-recaptcha">')],
  ])('of %s are a %s', (vendor, kind, recognised) => {
    expect(recognised).toEqual({ vendor, kind })
  })

  it('are not seen in pages that only use the same protection or a captcha of their own', () => {
    expect(page(200, '<form class="login"><div class="g-recaptcha"></div></form>')).toBeNull()
    expect(
      page(200, `<script src="https://js.captcha-delivery.com/tags.js"></script>${'<p>text'.repeat(5_000)}`),
    ).toBeNull()
    expect(page(200, '<h1>Shop</h1>', { 'x-kpsdk-ct': 'token' })).toBeNull()
    expect(page(403, '<h1>Forbidden</h1>')).toBeNull()
    expect(page(404, '<div id="px-captcha">'.padEnd(20_000))).toBeNull()
  })

  it('are looked for in the beginning of a body only', () => {
    expect(page(403, '<div class="h-captcha">'.padStart(maxBlockPageChars + 100))).toBeNull()
  })
})
