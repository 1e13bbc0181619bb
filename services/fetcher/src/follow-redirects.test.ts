import { classify } from '@seine/politeness'
import { expect, it } from 'vitest'
import type { Asked } from './ask.ts'
import { followRedirects } from './follow-redirects.ts'

interface Page {
  status: number
  headers: Record<string, string>
}

function web(pages: Record<string, Page>) {
  const asked: string[] = []
  const ask = async (url: string): Promise<Asked<Page>> => {
    asked.push(url)
    const page = pages[url]
    if (!page) return { kind: 'ending', ending: { outcome: 'failed', reason: 'dns-not-found' } }
    return { kind: 'answer', answer: page, verdict: classify({ status: page.status }), hostDueAtMs: 0 }
  }
  return { ask, asked }
}

const to = (location: string): Page => ({ status: 301, headers: { location } })
const ok: Page = { status: 200, headers: {} }

it('asks for every hop and gives the last answer with its address', async () => {
  const { ask, asked } = web({
    'http://a.test/x': to('/y'),
    'http://a.test/y': to('http://b.test/z'),
    'http://b.test/z': ok,
  })
  const fetched = await followRedirects('http://a.test/x', 5, ask)
  expect(fetched).toMatchObject({ kind: 'answer', answer: ok, url: 'http://b.test/z' })
  expect(asked).toEqual(['http://a.test/x', 'http://a.test/y', 'http://b.test/z'])
})

it('stops a loop after maxRedirects hops', async () => {
  const { ask, asked } = web({ 'http://a.test/x': to('/x') })
  expect(await followRedirects('http://a.test/x', 3, ask)).toEqual({ kind: 'too-many', url: 'http://a.test/x' })
  expect(asked).toHaveLength(4)
})

it('takes a redirect without a usable target as the answer', async () => {
  const { ask } = web({ 'http://a.test/x': to('javascript:alert(1)') })
  expect(await followRedirects('http://a.test/x', 3, ask)).toMatchObject({ kind: 'answer', url: 'http://a.test/x' })
})

it('passes on how a hop ended', async () => {
  const { ask } = web({ 'http://a.test/x': to('http://gone.test/') })
  expect(await followRedirects('http://a.test/x', 3, ask)).toEqual({
    kind: 'ending',
    ending: { outcome: 'failed', reason: 'dns-not-found' },
  })
})
