import type { HttpPage } from '@seine/net'
import { beforeEach, describe, expect, it } from 'vitest'
import { makeScriptCache, maxScriptAgeMs, type ScriptCache } from './script-cache.ts'

const script = (sizeBytes: number, facts: Partial<HttpPage> = {}): HttpPage => ({
  ...{ ok: true, status: 200, headers: {}, body: new Uint8Array(sizeBytes), truncated: false },
  ...{ transferredBytes: sizeBytes, ttfbMs: 1, durationMs: 1, remoteAddress: '' },
  ...facts,
})

let nowMs = 0
let fetches: string[] = []
let cache: ScriptCache

beforeEach(() => {
  nowMs = 0
  fetches = []
  cache = makeScriptCache({ maxBytes: 100, nowMs: () => nowMs })
})

const get = (key: string, page: HttpPage | null = script(40)) =>
  cache.get(key, async () => {
    fetches.push(key)
    return page
  })

describe('a script', () => {
  it('is fetched once, also by pages that ask at the same time', async () => {
    await Promise.all([get('a'), get('a')])
    await get('a')
    expect(fetches).toEqual(['a'])
  })

  it('that says no-store is fetched by every page', async () => {
    const page = script(1, { headers: { 'cache-control': 'private, No-Store' } })
    await Promise.all([get('a', page), get('a', page)])
    expect(fetches).toEqual(['a', 'a'])
  })

  it.each([
    ['that was not there', script(1, { status: 404 })],
    ['that was cut', script(1, { truncated: true })],
    ['that could not be had', null],
    ['larger than the whole cache', script(101)],
  ])('%s is not kept', async (_, page) => {
    expect(await get('a', page)).toBe(page)
    await get('a', page)
    expect(fetches).toHaveLength(2)
    expect(cache.bytes).toBe(0)
  })

  it('makes room for others when the bytes are used up, the least recently used first', async () => {
    await get('a')
    await get('b')
    await get('a')
    await get('c')
    expect(cache.bytes).toBe(80)
    await get('a')
    await get('b')
    expect(fetches).toEqual(['a', 'b', 'c', 'b'])
  })

  it('is fetched again when it is old', async () => {
    await get('a')
    nowMs = maxScriptAgeMs
    await get('a')
    expect(fetches).toEqual(['a', 'a'])
    expect(cache.bytes).toBe(40)
  })

  it('whose fetch breaks is fetched by who waited for it', async () => {
    const broken = cache.get('a', () => Promise.reject(new Error('broken')))
    const waiting = get('a')
    await expect(broken).rejects.toThrow('broken')
    expect(await waiting).toMatchObject({ status: 200 })
  })
})
