import type { DiffCounts, DiffSettings, PageRecord } from '@seine/contracts'
import type { Column } from './column.ts'
import { type DiffField, pageDiffFields, priceFields, productDiffFields } from './diff-fields.ts'
import { isGone, isReported, type LedgerRow } from './row.ts'
import { urlKey } from './url-order.ts'

export const changeKinds = ['changed', 'removed', 'added', 'moved', 'not_checked'] as const
export type ChangeKind = (typeof changeKinds)[number]

/** One row of diff.csv: a field that changed, or something that happened to a whole page. */
export interface Change {
  readonly url: string
  readonly change: ChangeKind
  /** Null: the page itself. */
  readonly field: string | null
  readonly old: string | number | null
  readonly new: string | number | null
  /** Of two numbers that can be compared. */
  readonly difference: number | null
  readonly percent: number | null
  /** The product's name, or the page's title: now, or before where the page is not there now. */
  readonly name: string | null
  /** Kebab-case: why it is removed or was not checked. */
  readonly reason: string | null
}

/** A page of either run. */
export interface DiffPage {
  readonly url: string
  /** Null: the run has not heard of it. */
  readonly ledger: LedgerRow | null
  readonly record: PageRecord | null
  /** Of the snapshot that is compared with. Null: it was not there. */
  readonly previous: PageRecord | null
}

export interface PageDiff {
  /** What the page counts as. Null: nothing to say (it was no page before and is none now). */
  readonly counts: keyof DiffCounts | null
  readonly changes: readonly Change[]
}

export interface DiffOptions {
  readonly allSourcesRead: boolean
  /** Absent: everything that differs is a change. */
  readonly settings?: DiffSettings | undefined
}

type State = 'there' | 'moved' | 'gone' | 'unknown'

const nothing: PageDiff = { counts: null, changes: [] }
const unchanged: PageDiff = { counts: 'unchanged', changes: [] }

/**
 * Compares a page with the run before.
 *
 * Keeps I6: `removed` only where the site said so (404, 410) or, when all sources were read, where none of them knows the
 * page any more. A page that failed, was skipped or was not reached is `not_checked`.
 */
export function diffPage(page: DiffPage, { allSourcesRead, settings }: DiffOptions): PageDiff {
  const { previous, record } = page
  const before = previous === null ? 'gone' : stateOf(previous.status)
  const now = currentState(page, allSourcesRead)
  if (before === 'gone' || before === 'unknown') return now === 'there' ? whole(page, 'added') : nothing
  if (now === 'gone') return whole(page, 'removed')
  if (now === 'unknown') {
    // A page that was no part of this run is counted; a row for each would drown what happened.
    const isListed = page.ledger !== null && isReported({ ledger: page.ledger })
    return isListed ? whole(page, 'not_checked') : { counts: 'notChecked', changes: [] }
  }
  if (now === 'moved')
    return before === 'there' || previous?.redirectUrl !== record?.redirectUrl ? whole(page, 'moved') : unchanged
  if (before === 'moved') return whole(page, 'added')
  const changes = changesOf(page.url, previous as PageRecord, record as PageRecord).filter(
    (change) => !isNoise(change, settings),
  )
  return changes.length === 0 ? unchanged : { counts: 'changed', changes }
}

function currentState({ ledger, record }: DiffPage, allSourcesRead: boolean): State {
  if (ledger === null) return allSourcesRead ? 'gone' : 'unknown'
  if (ledger.outcome === 'ok' || ledger.outcome === 'unchanged') return stateOf(record?.status ?? ledger.status)
  // A block page answers 200 and is no page: a failure tells something only by 404 and 410.
  return ledger.outcome === 'failed' && isGone(ledger.status) ? 'gone' : 'unknown'
}

function stateOf(status: number): State {
  if (isGone(status)) return 'gone'
  if (status >= 200 && status < 300) return 'there'
  return status >= 300 && status < 400 ? 'moved' : 'unknown'
}

/** Whether nothing is known of the page in this run: the next one is then compared with what was known before. */
export function wasNotChecked(page: DiffPage, { allSourcesRead }: { allSourcesRead: boolean }): boolean {
  return currentState(page, allSourcesRead) === 'unknown'
}

function whole(page: DiffPage, change: 'added' | 'removed' | 'moved' | 'not_checked'): PageDiff {
  const { url, ledger, record, previous } = page
  const counted = { added: 'added', removed: 'removed', moved: 'moved', not_checked: 'notChecked' } as const
  const why = ledger === null ? 'in-no-source' : ledger.reason || `http-${record?.status ?? ledger.status}`
  const reason = change === 'removed' || change === 'not_checked' ? why : null
  const row: Change = {
    url,
    change,
    field: null,
    old: change === 'moved' ? (previous?.redirectUrl ?? null) : null,
    new: change === 'moved' ? (record?.redirectUrl ?? null) : null,
    difference: null,
    percent: null,
    name: change === 'added' ? nameOf(record) : nameOf(previous),
    reason,
  }
  return { counts: counted[change], changes: [row] }
}

function changesOf(url: string, before: PageRecord, now: PageRecord): Change[] {
  const name = nameOf(now) ?? nameOf(before)
  const changes: Change[] = []
  const add = (field: string, old: string | number | null, next: string | number | null, numbers = true): void => {
    if (old === next) return
    const compared = numbers && typeof old === 'number' && typeof next === 'number'
    const difference = compared ? round(next - old, 6) : null
    const percent = compared && old !== 0 ? round((100 * (next - old)) / Math.abs(old), 2) : null
    changes.push({ url, change: 'changed', field, old, new: next, difference, percent, name, reason: null })
  }
  const compare = (field: DiffField): void =>
    add(field.name, field.value(before), field.value(now), field.comparable?.(before, now) ?? true)
  if (before.product && now.product) productDiffFields.forEach(compare)
  // One row, not twenty, where product data came or went as a whole.
  else add('Product', before.product && (before.product.name ?? 'yes'), now.product && (now.product.name ?? 'yes'))
  for (const field of pageDiffFields)
    if (field.name === 'Status Code') add(field.name, field.value(before), field.value(now), false)
    else compare(field)
  return changes
}

/** Whether the site's settings leave the change out. A price that comes, goes or changes its currency is none too small. */
function isNoise({ field, old, percent }: Change, settings: DiffSettings | undefined): boolean {
  if (settings === undefined || field === null) return false
  if (settings.ignoreFields.includes(field)) return true
  const isSmall = percent !== null && old !== 0 && Math.abs(percent) < settings.minPriceChangePercent
  return isSmall && priceFields.includes(field)
}

const nameOf = (record: PageRecord | null): string | null => record?.product?.name ?? record?.seo?.title ?? null
const round = (value: number, digits: number): number => Number(value.toFixed(digits))

const fieldOrder = ['Product', ...productDiffFields.map((f) => f.name), ...pageDiffFields.map((f) => f.name)]
const firstFields = new Set(productDiffFields.filter((f) => f.first).map((f) => f.name))

/**
 * Sorts diff.csv: a text that compares with `<`. First availability and price moves, then removed, added and moved pages,
 * then other changes, last what was not checked; within each by URL bytes, then by field. No two rows of a diff share one.
 */
export function changeKey({ url, change, field }: Change): string {
  const section =
    change === 'changed'
      ? firstFields.has(field ?? '')
        ? 0
        : 4
      : { removed: 1, added: 2, moved: 3, not_checked: 5 }[change]
  return `${section}${urlKey(url)}\n${String(fieldOrder.indexOf(field ?? '') + 1).padStart(3, '0')}`
}

export const noDiff: DiffCounts = { added: 0, removed: 0, changed: 0, unchanged: 0, notChecked: 0, moved: 0 }

const wholePage = 'the row is about the page as a whole'

/** diff.csv and the sheet Changes. New columns go at the end. */
export const diffColumns: readonly Column<Change>[] = [
  {
    name: 'URL',
    type: 'url',
    about: 'Address of the page.',
    empty: 'never',
    width: 60,
    link: true,
    value: (c) => c.url,
  },
  {
    name: 'Change',
    type: 'text',
    about:
      '`changed` (one row a field); for whole pages `added`, `removed` (404, 410, or in no source any more), `moved` (redirects now), `not_checked` (failed, skipped or not reached: nothing is known).',
    empty: 'never',
    width: 14,
    value: (c) => c.change,
  },
  {
    name: 'Field',
    type: 'text',
    about: 'What changed, by its name in the other files.',
    empty: wholePage,
    width: 24,
    value: (c) => c.field,
  },
  {
    name: 'Old',
    type: 'text',
    about: 'Value before. `moved`: the target before.',
    empty: 'there was none',
    width: 36,
    value: (c) => c.old,
  },
  {
    name: 'New',
    type: 'text',
    about: 'Value now. `moved`: where it redirects to.',
    empty: 'there is none',
    width: 36,
    value: (c) => c.new,
  },
  {
    name: 'Difference',
    type: 'decimal',
    about: 'New less old.',
    empty: 'not two comparable numbers (prices in different currencies are none)',
    value: (c) => c.difference,
  },
  {
    name: 'Percent',
    type: 'percent',
    unit: '%',
    about: 'Difference in per cent of old.',
    empty: 'no difference, or old is 0',
    value: (c) => c.percent,
  },
  {
    name: 'Name',
    type: 'text',
    about: "Product name, or the page's title.",
    empty: 'the page has neither',
    width: 40,
    value: (c) => c.name,
  },
  {
    name: 'Reason',
    type: 'text',
    about: 'Why it is `removed` or `not_checked`, kebab-case.',
    empty: 'any other change',
    width: 22,
    value: (c) => c.reason,
  },
]
