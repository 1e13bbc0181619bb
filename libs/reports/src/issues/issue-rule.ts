import type { PageRecord, Seo, SeoCounts } from '@seine/contracts'
import { answerOf } from '../cross-page/page-state.ts'
import type { SeoRow } from '../seo-row.ts'

/** `Issue`: something is wrong. `Warning`: it may be meant so, and has to be looked at. `Opportunity`: it could be better. */
export const severities = ['Issue', 'Warning', 'Opportunity'] as const
export type Severity = (typeof severities)[number]

export const priorities = ['High', 'Medium', 'Low'] as const
export type Priority = (typeof priorities)[number]

/** Null, false and 0: the page has not got it. True: it has. Text or a number: it has, and this is the detail. */
export type Found = boolean | number | string | null | undefined

/** A page as the rules see it. */
export interface PageView {
  readonly row: SeoRow
  readonly url: URL
}

/** A page of HTML that answered 2xx. */
export interface HtmlView extends PageView {
  readonly record: PageRecord
  readonly seo: Seo
  readonly counts: SeoCounts
}

interface RuleText {
  /** Kebab-case; never changes its meaning. */
  readonly code: string
  readonly text: string
  readonly severity: Severity
  readonly priority: Priority
  readonly fix: string
}

/** Something that can be wrong with a page: an entry of the catalogue. */
export interface IssueRule extends RuleText {
  readonly category: string
  find(view: PageView, html: HtmlView | null): Found
}

type Rule<View> = RuleText & { find(view: View): Found }
type Uncategorised = Omit<IssueRule, 'category'>

/** Asked of every row of seo.csv, whatever came of it. */
export const onAny = (rule: Rule<PageView>): Uncategorised => rule

/** Asked of pages of HTML. */
export const onHtml = ({ find, ...text }: Rule<HtmlView>): Uncategorised => ({
  ...text,
  find: (_view, html) => (html === null ? null : find(html)),
})

/** Asked of pages of HTML that can be indexed: what is not listed need not be good. */
export const onIndexable = ({ find, ...text }: Rule<HtmlView>): Uncategorised => ({
  ...text,
  find: (_view, html) => (html?.row.indexability.indexable ? find(html) : null),
})

export const category = (name: string, rules: readonly Uncategorised[]): IssueRule[] =>
  rules.map((rule) => ({ ...rule, category: name }))

export function pageViewOf(row: SeoRow): PageView {
  return { row, url: new URL(row.ledger.url) }
}

export function htmlViewOf(view: PageView): HtmlView | null {
  const { record } = view.row
  if (!record?.seo || answerOf(view.row) !== 'ok') return null
  return { ...view, record, seo: record.seo, counts: record.seo.counts ?? {} }
}

/** `73 characters`. */
export const amount = (count: number, what: string): string => `${count} ${what}`
