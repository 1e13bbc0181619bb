import { pageRecordSchema } from '@seine/contracts'
import { extractPage } from '@seine/extract'
import { describe, expect, it } from 'vitest'
import { bodyHashOf, isHtml, type PageFacts, pageRecordOf } from './page-record.ts'

const sized = (text: string) => {
  const body = new TextEncoder().encode(text)
  return { sizeBytes: body.byteLength, bodyHash: bodyHashOf(body) }
}

const facts: PageFacts = {
  url: 'https://shop.example/',
  depth: 1,
  status: 200,
  headers: { 'content-type': 'text/html', etag: '"1"', 'last-modified': 'Sat, 21 Nov 2026 00:00:00 GMT' },
  ...sized('héllo'),
  truncated: false,
  transferredBytes: 4,
  ttfbMs: 1.234,
  durationMs: 5.678,
  fetchedAtMs: Date.UTC(2026, 10, 20),
  redirectUrl: null,
  charset: 'utf-8',
  extracted: null,
}

it('is a record by the contract, with decoded size and body hash', () => {
  const record = pageRecordOf(facts)
  expect(pageRecordSchema.parse(record)).toEqual(record)
  expect(record).toMatchObject({
    sizeBytes: 6,
    transferredBytes: 4,
    ttfbMs: 1.2,
    responseTimeMs: 5.7,
    fetchedAt: '2026-11-20T00:00:00.000Z',
    bodyHash: '3c48591d8d098a4538f5e013dfcf406e948eac4d3277b10bf614e295d6068179',
  })
})

it('has no hash without a body and cuts long headers', () => {
  const record = pageRecordOf({ ...facts, ...sized(''), headers: { etag: 'x'.repeat(5_000) } })
  expect(record).toMatchObject({ bodyHash: null, sizeBytes: 0, contentType: null })
  expect(record.etag).toHaveLength(2_000)
})

it('says what the headers say, also of what is no HTML', () => {
  const headers = { 'content-type': 'application/pdf', 'x-robots-tag': 'noindex', link: '</guide>; rel=canonical' }
  expect(pageRecordOf({ ...facts, headers }).http).toEqual({
    version: '1.1',
    xRobotsTag: 'noindex',
    canonical: 'https://shop.example/guide',
    security: [],
  })
})

it('has what selectors gave, and only where a site has some', () => {
  const page = { ...extractPage({ url: facts.url, html: '<p>x', headers: {}, siteHosts: new Set() }) }
  const plainRecord = pageRecordOf({ ...facts, extracted: page })
  expect(plainRecord).not.toHaveProperty('extracted')
  expect(plainRecord).not.toHaveProperty('missingRequired')
  const record = pageRecordOf({ ...facts, extracted: { ...page, extracted: { ean: null }, missingRequired: ['ean'] } })
  expect(record).toMatchObject({ extracted: { ean: null }, missingRequired: ['ean'] })
  expect(pageRecordSchema.parse(record)).toEqual(record)
})

describe('HTML', () => {
  it.each([undefined, 'text/html', 'Text/HTML; charset=utf-8', 'application/xhtml+xml'])('is %s', (type) =>
    expect(isHtml(type)).toBe(true),
  )
  it.each(['text/plain', 'application/json', 'image/png', 'text/htmlx'])('is not %s', (type) =>
    expect(isHtml(type)).toBe(false),
  )
})
