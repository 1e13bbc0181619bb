import type { Quality, QualityGate, QualitySettings, QualityThreshold } from '@seine/contracts'
import type { SiteStats } from './site-stats.ts'

/** From which measure on, in per cent, a gate warns or fails where the site's settings say nothing. */
export const qualityDefaults: Readonly<Record<QualityGate, QualityThreshold>> = {
  'pages-drop': { warning: 20, failed: 50 },
  'field-drop': { warning: 15, failed: 40 },
  errors: { warning: 5, failed: 30 },
  'block-pages': { warning: 1, failed: 10 },
  'empty-prices': { warning: 20, failed: 60 },
  'required-missing': { warning: 5, failed: 50 },
}

/** Fewer pages or products than these say nothing: one of three that fails is no third of a site. */
export const fewestPages = 10

interface Measure {
  readonly gate: QualityGate
  /** In per cent; more is worse. */
  readonly measured: number
  readonly text: string
}

type Reason = Quality['reasons'][number]

/**
 * Judges a site run by its counts and those of the run before (null: there is none, or it left none, so that nothing is
 * compared). The status is the worst of all gates.
 */
export function judgeQuality(now: SiteStats, before: SiteStats | null, settings: QualitySettings = {}): Quality {
  const reasons = measuresOf(now, before)
    .map((measure) => judge(measure, settings[measure.gate] ?? qualityDefaults[measure.gate]))
    .filter((reason) => reason !== null)
    .sort((a, b) => Number(b.status === 'failed') - Number(a.status === 'failed'))
    .slice(0, maxReasons)
  return { status: reasons[0]?.status ?? 'passed', reasons }
}

/** As many as the contract takes; the worst come first. */
const maxReasons = 50

function judge({ gate, measured, text }: Measure, { warning, failed }: QualityThreshold): Reason | null {
  const rounded = Number(measured.toFixed(2))
  const reason = { gate, measured: rounded, text: text.slice(0, 500) }
  if (failed !== null && rounded >= failed && rounded > 0) return { ...reason, status: 'failed', threshold: failed }
  if (warning !== null && rounded >= warning && rounded > 0) return { ...reason, status: 'warning', threshold: warning }
  return null
}

function measuresOf(now: SiteStats, before: SiteStats | null): Measure[] {
  const measures: Measure[] = []
  if (before !== null && before.pages >= fewestPages) {
    const drop = share(before.pages - now.pages, before.pages)
    measures.push({
      gate: 'pages-drop',
      measured: drop,
      text: `${now.pages} pages answered, ${before.pages} in the run before`,
    })
    measures.push(...fieldDrops(now, before))
  }
  if (now.tried >= fewestPages) {
    const { tried, errors, blockPages } = now
    measures.push({ gate: 'errors', measured: share(errors, tried), text: `${errors} of ${tried} pages failed` })
    measures.push({
      gate: 'block-pages',
      measured: share(blockPages, tried),
      text: `${blockPages} of ${tried} pages were block pages`,
    })
  }
  if (now.products >= fewestPages) {
    const { products, emptyPrices } = now
    measures.push({
      gate: 'empty-prices',
      measured: share(emptyPrices, products),
      text: `${emptyPrices} of ${products} products have no price`,
    })
  }
  if (now.pages >= fewestPages)
    for (const [name, missing] of Object.entries(now.missingRequired))
      measures.push({
        gate: 'required-missing',
        measured: share(missing, now.pages),
        text: `required selector '${name}' matched nothing on ${missing} of ${now.pages} pages`,
      })
  return measures
}

function fieldDrops(now: SiteStats, before: SiteStats): Measure[] {
  return Object.keys(before.fields).flatMap((name): Measure[] => {
    const of = (stats: SiteStats): number => (name.startsWith('selector:') ? stats.pages : stats.products)
    if (of(before) < fewestPages || of(now) < fewestPages) return []
    const [then, today] = [before, now].map((stats) => share(stats.fields[name] ?? 0, of(stats))) as [number, number]
    const text = `'${name.replace('selector:', '')}' has values on ${today.toFixed(0)} % of pages, ${then.toFixed(0)} % in the run before`
    return [{ gate: 'field-drop', measured: then - today, text }]
  })
}

const share = (part: number, whole: number): number => (whole === 0 ? 0 : (100 * part) / whole)
