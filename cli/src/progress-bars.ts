import type { Counts, Eta } from '@seine/contracts'
import { endedPages, formatCount, formatEta, formatRate } from './format.ts'
import type { RunView, SiteView } from './run-view.ts'

export interface Screen {
  readonly columns: number
  readonly rows: number
  readonly colour: boolean
}

const nameWidth = 16
const stepWidth = 10
const figuresWidth = 42
const minBarWidth = 4
const maxBarWidth = 40

/**
 * A bar for each active site, then the total. Where they don't fit, those that matter most, each in the place it has among
 * all of them: a bar that jumps can't be read. No line is wider than the screen.
 */
export function progressBars(view: RunView, screen: Screen): string[] {
  const room = Math.max(1, screen.rows - 4)
  const sites = [...view.active.values()]
  const shown = sites.length <= room ? sites : mostInteresting(sites, room - 1)
  const lines = shown.map((site) => siteBar(site, screen))
  if (shown.length < sites.length) lines.push(dim(`… and ${sites.length - shown.length} more sites`, screen))
  return [...lines, bar('total', `${view.sitesDone}/${view.sitesTotal} done`, view, screen)]
}

/** Sites with failures first, then those that hold up the run: the longest remaining time. */
function mostInteresting(sites: readonly SiteView[], most: number): SiteView[] {
  const ranked = sites.toSorted((a, b) => failing(b) - failing(a) || weight(b.eta) - weight(a.eta))
  const kept = new Set(ranked.slice(0, most))
  return sites.filter((site) => kept.has(site))
}

/** In tenths of what was asked for, so that a single failure more changes nothing. */
const failing = ({ counts }: SiteView): number => Math.ceil((10 * counts.failed) / Math.max(1, endedPages(counts)))

/** By doublings: a time that runs down reorders nothing from second to second. */
function weight(eta: Eta): number {
  if (eta.state === 'known') return Math.floor(Math.log2(1 + eta.remainingMs / 1_000))
  return eta.state === 'estimating' ? unknownWeight : 0
}

/** As a minute: whatever is known to take longer goes first. */
const unknownWeight = 6

const siteBar = (site: SiteView, screen: Screen): string => bar(site.site, site.step ?? '', site, screen)

type Measured = { counts: Counts; pagesPerSecond: number; eta: Eta }

function bar(name: string, step: string, { counts, pagesPerSecond, eta }: Measured, screen: Screen): string {
  const done = endedPages(counts)
  const share = counts.discovered === 0 ? 0 : done / counts.discovered
  // While discovery runs the end moves: a share of it would jump back and forth.
  const percent = eta.state === 'estimating' ? '' : `${Math.floor(share * 100)}%`
  const figures = [
    percent.padStart(4),
    `${formatCount(done)}/${formatCount(counts.discovered)}`.padStart(13),
    formatRate(pagesPerSecond).padStart(8),
    formatEta(eta),
  ].join(' ')
  const head = `${fit(name, nameWidth)} ${fit(step, stepWidth)} `
  const width = Math.min(maxBarWidth, screen.columns - head.length - Math.max(figuresWidth, figures.length) - 2)
  if (width < minBarWidth) return cut(`${head}${figures}`, screen.columns - 1)
  const filled = eta.state === 'estimating' ? 0 : Math.round(share * width)
  const drawn = '█'.repeat(filled) + '░'.repeat(width - filled)
  return `${head}${screen.colour ? `\x1b[36m${drawn}\x1b[0m` : drawn} ${figures}`
}

const fit = (text: string, width: number) => cut(text, width).padEnd(width)
const cut = (text: string, width: number) => (text.length <= width ? text : `${text.slice(0, Math.max(0, width - 1))}…`)
const dim = (text: string, { colour }: Screen) => (colour ? `\x1b[2m${text}\x1b[0m` : text)
