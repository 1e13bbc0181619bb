import type { RunDetail } from '@seine/client'
import type { Page } from 'playwright-core'

const rows = 1_000
const updatesPerSecond = 10
/** Sites that an update moves: a scheduler's progress events come for many at once. */
const sitesPerUpdate = 50

/** Shows the page a run of a thousand sites that all move, made from a real one. Gives its path. */
export async function serveThousandRows(page: Page, real: RunDetail): Promise<string> {
  const id = '00000000-0000-4000-8000-000000000001'
  const [site] = real.sites
  const counts = { discovered: 1_000, ok: 0, unchanged: 0, failed: 0, skipped: 0, pending: 1_000 }
  const running = {
    runId: id,
    status: 'running',
    step: 'fetch',
    counts,
    finishedAt: null,
    eta: { state: 'estimating' },
  }
  const sites = Array.from({ length: rows }, (_, index) => ({ ...site, ...running, site: `site-${index + 1}` }))
  const data = { ...real, id, status: 'running', finishedAt: null, archive: null, sites, sitesTotal: rows }
  await page.route(`**/api/bulk-runs/${id}`, (route) => route.fulfill({ json: { success: true, data } }))
  await page.routeWebSocket(/\/ws$/, (socket) => {
    const say = (message: object) => socket.send(JSON.stringify(message))
    const progress = new Set<string>()
    socket.onMessage((text) => {
      const message = JSON.parse(String(text)) as {
        op: string
        sub: string
        since?: number
        filter?: { types?: string[] }
      }
      if (message.op !== 'subscribe') return
      say({ op: 'subscribed', sub: message.sub, since: 0 })
      if (message.since === 0) say({ op: 'live', sub: message.sub })
      if (message.filter?.types?.includes('site.progress')) progress.add(message.sub)
    })
    say({ op: 'welcome', client: 'c', heartbeatMs: 15_000 })
    let seq = 1
    const timer = setInterval(() => {
      for (const sub of progress)
        for (let i = 0; i < sitesPerUpdate; i++) {
          const ok = Math.min(1_000, Math.floor(seq / rows) + 1)
          const moved = { counts: { ...counts, ok, pending: 1_000 - ok }, pagesPerSecond: ok, bytes: ok }
          const base = { ts: new Date().toISOString(), level: 'info', job_id: id, step: 'fetch', id: String(seq) }
          const event = {
            ...base,
            site: `site-${(seq % rows) + 1}`,
            type: 'site.progress',
            data: { ...moved, eta: { state: 'estimating' } },
          }
          say({ op: 'event', sub, seq: seq++, event })
        }
    }, 1_000 / updatesPerSecond)
    socket.onClose(() => clearInterval(timer))
  })
  return `/runs/${id}`
}

/** Milliseconds between the frames of so long, ascending. */
export const framesOf = (page: Page, ms: number): Promise<number[]> =>
  page.evaluate(async (forMs) => {
    const gaps: number[] = []
    let last = performance.now()
    const end = last + forMs
    while (last < end) {
      const now = await new Promise<number>((resolve) => requestAnimationFrame(resolve))
      gaps.push(now - last)
      last = now
    }
    return gaps.sort((a, b) => a - b)
  }, ms)
