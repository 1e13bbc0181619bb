import { EventEmitter } from 'node:events'
import { createLogger, makeManualClock } from '@seine/runtime'
import type { Browser } from 'playwright-core'
import { describe, expect, it } from 'vitest'
import { type Lease, makeBrowserPool } from './browser-pool.ts'
import type { RunningBrowser } from './launch-browser.ts'
import type { BrowserProcess } from './process-memory.ts'

const log = createLogger('test', { level: 'error', write: () => {} })
const never = new AbortController().signal

class StandIn extends EventEmitter implements RunningBrowser {
  readonly browser = this as unknown as Browser
  list: BrowserProcess[] = []
  killed: number[] = []
  connected = true
  isConnected = () => this.connected
  onGone = (callback: () => void) => void this.once('gone', callback)
  processes = async () => this.list
  kill = (pid: number) => void this.killed.push(pid)
  close = async () => this.crash()
  crash() {
    this.connected = false
    this.emit('gone')
  }
}

function started(limits: { maxPages?: number; failures?: number } = {}) {
  const clock = makeManualClock(0)
  const browsers: StandIn[] = []
  let failures = limits.failures ?? 0
  const pool = makeBrowserPool({
    launch: async () => {
      if (failures-- > 0) throw new Error('spawn chromium EACCES\nmore')
      browsers.push(new StandIn())
      return browsers.at(-1)!
    },
    limits: { maxPages: limits.maxPages ?? 100, maxBrowserBytes: 1_000, maxPageBytes: 500 },
    clock,
    log,
  })
  const lease = async (signal = never): Promise<Lease> => (await pool.lease(signal))!
  return { clock, browsers, pool, lease }
}

describe('a browser', () => {
  it('is started with the first page, and shared by those that come at the same time', async () => {
    const { browsers, lease } = started()
    expect(browsers).toHaveLength(0)
    await Promise.all([lease(), lease()])
    expect(browsers).toHaveLength(1)
  })

  it('is replaced after its pages, and ended when the last of them is closed', async () => {
    const { browsers, lease } = started({ maxPages: 2 })
    const [first, second, third] = await Promise.all([lease(), lease(), lease()])
    expect([first.browser, second.browser, third.browser]).toEqual([browsers[0], browsers[0], browsers[1]])
    first.release('closed')
    expect(browsers[0]?.connected).toBe(true)
    second.release('closed')
    expect(browsers.map(({ connected }) => connected)).toEqual([false, true])
  })

  it('counts a page that is given back twice once', async () => {
    const { browsers, lease } = started({ maxPages: 2 })
    const [first] = [await lease(), await lease()]
    first.release('closed')
    first.release('closed')
    expect(browsers[0]?.connected).toBe(true)
  })

  it('in which a page could not be closed gets no other', async () => {
    const { browsers, lease } = started()
    const first = await lease()
    first.release('broken')
    expect(browsers[0]?.connected).toBe(false)
    expect((await lease()).browser).toBe(browsers[1])
  })

  it('that crashed is started again for the next page', async () => {
    const { browsers, lease } = started()
    await lease()
    browsers[0]?.crash()
    expect((await lease()).browser).toBe(browsers[1])
  })

  it('that takes too much memory is replaced when its pages are done, and a page that does is killed', async () => {
    const { browsers, clock, lease } = started()
    const first = await lease()
    browsers[0]!.list = [{ pid: 7, type: 'renderer', memoryBytes: 501 }]
    await clock.advance(500)
    expect(browsers[0]?.killed).toEqual([7])
    browsers[0]!.list = [{ pid: 1, type: 'browser', memoryBytes: 1_001 }]
    await clock.advance(500)
    expect((await lease()).browser).toBe(browsers[1])
    expect(browsers[0]?.connected).toBe(true)
    first.release('closed')
    expect(browsers[0]?.connected).toBe(false)
  })

  it('whose pages are never given back is ended all the same', async () => {
    const { browsers, clock, lease } = started({ maxPages: 1 })
    await lease()
    await clock.advance(60_000)
    expect(browsers[0]?.connected).toBe(false)
  })

  it('that does not start is tried again for as long as the page has time, and readiness says why', async () => {
    const { clock, pool, lease } = started({ failures: 2 })
    const waiting = lease()
    await clock.advance(0)
    expect(await pool.check()).toBe('spawn chromium EACCES')
    await clock.advance(2_000)
    expect(await waiting).not.toBeNull()
    expect(await pool.check()).toBeNull()
  })

  it('that never starts costs the page no more than its time', async () => {
    const { clock, pool } = started({ failures: 1_000 })
    const stop = new AbortController()
    const waiting = pool.lease(stop.signal)
    await clock.advance(10_000)
    stop.abort()
    expect(await waiting).toBeNull()
  })

  it('is ended with the pool, and none is started after that', async () => {
    const { browsers, pool, lease } = started()
    await lease()
    await pool.close()
    expect(browsers[0]?.connected).toBe(false)
    expect(await pool.lease(never)).toBeNull()
  })
})
