import type { DiffCounts, Quality } from '@seine/contracts'
import type { IssueCounts } from '../issues/catalogue.ts'
import type { SiteStats } from './site-stats.ts'

const version = 1

/** `report.json` of a site run: what its files say, in numbers. No date: keeps I8. */
export interface SiteReport {
  readonly site: string
  readonly runId: string
  readonly previousRunId: string | null
  /** Rows by file. */
  readonly rows: { readonly full: number; readonly seo: number; readonly issues: number }
  /** Pages of the ledger by outcome; failed and skipped ones by reason. */
  readonly outcomes: Readonly<Record<string, number>>
  readonly reasons: Readonly<Record<string, number>>
  readonly diff: DiffCounts
  /** Pages by code. */
  readonly issues: IssueCounts
  readonly stats: SiteStats
  readonly quality: Quality
}

export function siteReportJson(report: SiteReport): string {
  return `${JSON.stringify({ seineReport: version, ...report }, null, 2)}\n`
}

/** Null: it is none, or of a version that is not known here. */
export function readSiteReport(text: string): SiteReport | null {
  try {
    const { seineReport, ...report } = JSON.parse(text) as SiteReport & { seineReport?: number }
    return seineReport === version ? report : null
  } catch {
    return null
  }
}
