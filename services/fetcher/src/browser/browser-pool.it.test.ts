import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { eventually } from '@seine/testkit'
import { describe, expect, it } from 'vitest'
import { chromiumHere, html, script, startRendering } from './testing/rendering.ts'

const pages = 500
const title = chromiumHere ? 'browsers' : 'browsers (skipped: no Chromium on PATH or in CHROMIUM_PATH)'

describe.skipIf(!chromiumHere)(title, () => {
  it(`leave no process and no file behind after ${pages} pages and several replacements`, {
    timeout: 600_000,
  }, async () => {
    const before = process.env.TMPDIR
    const folder = await mkdtemp(join(tmpdir(), 'seine-test-'))
    process.env.TMPDIR = folder
    let leases = 0
    const used = new Set<unknown>()
    const site = await startRendering({ BROWSER_MAX_PAGES: 100 }, { quietMs: 20 }, (pool) => ({
      ...pool,
      async lease(signal) {
        const lease = await pool.lease(signal)
        leases++
        used.add(lease?.browser)
        return lease
      },
    }))
    try {
      site.serve('/app.js', script(`document.title = 'page ' + location.pathname`))
      const titles = new Set<string | null | undefined>()
      let next = 0
      const worker = async () => {
        for (let i = next++; i < pages; i = next++) {
          site.serve(`/p${i}`, html('<title>shell</title><script src="/app.js"></script>'))
          titles.add((await site.render(`/p${i}`)).record?.seo?.title)
        }
      }
      const startedMs = performance.now()
      const cpu = process.cpuUsage()
      await Promise.all([worker(), worker(), worker(), worker()])
      const { user, system } = process.cpuUsage(cpu)
      const perPage = (ms: number) => (ms / pages).toFixed(1)
      console.log(
        `${pages} pages: ${perPage(performance.now() - startedMs)} ms a page, ${perPage((user + system) / 1_000)} ms CPU of this process`,
      )
      expect(titles.size).toBe(pages)
      expect(leases).toBe(pages)
      expect(used.size).toBe(pages / 100)
      expect(site.asked('/app.js')).toBe(1)
    } finally {
      await site.stop()
      if (before === undefined) delete process.env.TMPDIR
      else process.env.TMPDIR = before
    }
    await eventually(async () => expect(await processesWith(folder)).toEqual([]))
    expect(await readdir(folder)).toEqual([])
    await rm(folder, { recursive: true })
  })

  it('are started again when they crash, and what was open is tried again', async () => {
    const site = await startRendering()
    site.serve('/fine', html('<title>fine</title>'))
    site.serve('/open', html('<title>open</title><script src="/never.js"></script>'))
    site.serve('/never.js', () => {})
    const open = site.render('/open')
    await eventually(() => expect(site.asked('/never.js')).toBe(1))
    const lease = await site.browsers.pool.lease(AbortSignal.timeout(5_000))
    const session = await lease?.browser.newBrowserCDPSession()
    void session?.send('Browser.crash').catch(() => {})
    expect(await open).toMatchObject({ outcome: 'deferred', reason: 'browser-crashed', countsAsFailure: true })
    lease?.release('closed')
    expect((await site.render('/fine')).record?.seo?.title).toBe('fine')
    expect(await site.browsers.pool.check()).toBeNull()
    await site.stop()
  })

  it('survive a page whose own process crashes', async () => {
    const site = await startRendering()
    site.serve('/fine', html('<title>fine</title>'))
    site.serve('/open', html('<title>open</title><script src="/never.js"></script>'))
    site.serve('/never.js', () => {})
    const open = site.render('/open')
    await eventually(() => expect(site.asked('/never.js')).toBe(1))
    const lease = await site.browsers.pool.lease(AbortSignal.timeout(5_000))
    const page = await (await lease?.browser.newContext())?.newPage()
    await page?.goto('chrome://crash').catch(() => {})
    await page?.context().close()
    lease?.release('closed')
    expect((await site.render('/fine')).record?.seo?.title).toBe('fine')
    await site.stop()
    expect(await open).toMatchObject({ reason: 'browser-crashed' })
  })
})

/** Processes, zombies not counted, that were started with files in this folder. */
async function processesWith(folder: string): Promise<string[]> {
  const pids = (await readdir('/proc')).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
  const read = (pid: string, file: string) => readFile(`/proc/${pid}/${file}`, 'utf8').catch(() => '')
  const lines = await Promise.all(
    pids.map(async (pid) => ((await read(pid, 'environ')).includes(folder) ? read(pid, 'cmdline') : '')),
  )
  return lines.filter((line) => line.includes('chrom'))
}
