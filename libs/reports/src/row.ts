import type { PageRecord, RpcOutput, schedulerRpc } from '@seine/contracts'

/** A page as the ledger knows it. */
export type LedgerRow = RpcOutput<typeof schedulerRpc.readLedger>['rows'][number]

/** A page of a site run as the reports see it. */
export interface ReportRow {
  readonly ledger: LedgerRow
  /** What extraction made of the page: of this run, or for `unchanged` of an earlier one. Null: it gave no answer. */
  readonly record: PageRecord | null
  /** The page in the run that is compared with. Null: it was not there, or there is no such run. */
  readonly previous: PageRecord | null
}

/** The status a page is reported with: a 304 is reported as what it confirms. 0: no answer. */
export function statusOf({ ledger, record }: Pick<ReportRow, 'ledger' | 'record'>): number {
  return record?.status ?? ledger.status
}

const outOfRun = new Set(['limit', 'dry-run', 'cancelled', 'max-depth'])

/**
 * Whether a page has a row in seo.csv: every page that was fetched or tried, and skipped ones that the site itself
 * withholds (`robots`, …). Left out is what was no part of the run: out of scope, beyond a limit, planned only, cancelled.
 * Reasons that are not known here are reported.
 */
export function isReported({ ledger }: Pick<ReportRow, 'ledger'>): boolean {
  return ledger.outcome !== 'skipped' || !(outOfRun.has(ledger.reason) || ledger.reason.startsWith('scope-'))
}

/** Reasons of skipped pages that are in no table, `scope-*` standing for all of its kind. */
export const unreportedReasons: readonly string[] = [...outOfRun, 'scope-*']

/**
 * Whether a page has a row in full.csv: it has product data, or it had some in the run before and could not be fetched
 * now, so that a product never vanishes from the list because of a timeout.
 */
export function isProductRow({ ledger, record, previous }: ReportRow): boolean {
  if (ledger.outcome !== 'failed') return Boolean(record?.product)
  return !isGone(ledger.status) && Boolean(previous?.product)
}

/** The site itself says that the page is gone. */
export function isGone(status: number): boolean {
  return status === 404 || status === 410
}
