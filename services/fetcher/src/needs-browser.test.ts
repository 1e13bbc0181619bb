import { extractPage } from '@seine/extract'
import { expect, test } from 'vitest'
import { needsBrowser, toBrowser } from './needs-browser.ts'

const shell = '<!doctype html><title>Shop</title><div id="root"></div><script type="module" src="/app.js"></script>'
const page = '<!doctype html><title>Shop</title><h1>Lamps</h1><div id="root"></div><script src="/app.js"></script>'

const asked = (html: string, lookForShell: boolean | undefined, contentType = 'text/html') => {
  const { seo, product } = extractPage({ url: 'https://shop.test/', html, headers: {}, siteHosts: new Set() })
  const answer = { headers: { 'content-type': contentType }, body: new TextEncoder().encode(html) }
  return needsBrowser(lookForShell === undefined ? {} : { lookForShell }, answer, { seo, product })
}

test('a shell is wanted from a browser where the task says so', () => {
  expect(asked(shell, true)).toBe(true)
  expect(asked(shell, undefined)).toBe(false)
  expect(asked(page, true)).toBe(false)
})

test('what is no page is none of a browser’s', () => {
  const answer = { headers: { 'content-type': 'application/json' }, body: new TextEncoder().encode('{}') }
  expect(needsBrowser({ lookForShell: true }, answer, { seo: null, product: null })).toBe(false)
})

test('it waits for nothing, no error did it, and the shell’s validators are forgotten', () => {
  const measured = { status: 200, hostDueAtMs: 5, durationMs: 2, bytes: 100, etag: '"shell"' }
  expect(toBrowser(measured, 1_000)).toEqual({
    ...{ status: 200, hostDueAtMs: 5, durationMs: 2, bytes: 100 },
    ...{ outcome: 'deferred', reason: 'needs-browser', retryAtMs: 1_000, countsAsFailure: false },
  })
})
