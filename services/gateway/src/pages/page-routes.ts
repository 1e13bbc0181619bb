import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import {
  type PageRecord,
  pageOrders,
  pageRecordSchema,
  pageStates,
  schedulerRpc,
  siteName,
  sitePageSchema,
  statusClasses,
} from '@seine/contracts'
import { issueRule } from '@seine/reports'
import { z } from 'zod'
import { as } from '../http/call-options.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute, type RequestContext } from '../http/route.ts'
import { makeReadRecord, noRecordReasons } from './read-record.ts'

const params = z.strictObject({ site: siteName, id: z.uuid('expected the id of a page') })

const listQuery = z.strictObject({
  ...pageQuery,
  /** A class of status codes, one of them, or `none`: no answer. */
  status: z.union([z.enum(statusClasses), z.coerce.number().int().min(100).max(999)]).optional(),
  state: z.enum(pageStates).optional(),
  issue: z.string().min(1).max(64).optional(),
  /** Whether it changed in the site's last run. */
  changed: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  search: z.string().min(1).max(200).optional(),
  sort: z.enum(pageOrders).default('url'),
})

const issueSchema = z.strictObject({
  code: z.string(),
  category: z.string(),
  severity: z.string(),
  priority: z.string(),
  text: z.string(),
  fix: z.string(),
})

/** A page with all that is known of it. */
export const pageDetailSchema = sitePageSchema.extend({
  /** What is wrong with it and how it is mended. */
  issueDetails: z.array(issueSchema),
  /** What extraction made of it, as it was read last. Null: `noRecord` says why. */
  record: pageRecordSchema.nullable(),
  /** The run that read it. */
  recordRunId: z.uuid().nullable(),
  noRecord: z.enum(noRecordReasons).nullable(),
})

const { changes } = schedulerRpc.readHistory.output.shape
const { prices } = schedulerRpc.readPrices.output.shape

/** Pages of a site, whatever the run. */
export function pageRoutes({
  bus: { call },
  store,
}: {
  bus: Pick<Bus, 'call'>
  store: Pick<ArtifactStore, 'open' | 'stat'>
}): AnyRoute[] {
  const readRecord = makeReadRecord(store)
  const getPage = ({ site, id: pageId }: z.output<typeof params>, context: RequestContext) =>
    call(schedulerRpc.getPage, { site, pageId }, as(context))

  return [
    defineRoute({
      method: 'get',
      path: '/api/sites/{site}/pages',
      id: 'listPages',
      access: 'read',
      summary: 'Pages of a site as its last export left them: searched, filtered, sorted.',
      params: params.pick({ site: true }),
      query: listQuery,
      answer: { kind: 'list', item: sitePageSchema },
      async handle({ params: { site }, query: { page, per_page: perPage, ...which } }, context) {
        const filter = Object.fromEntries(Object.entries(which).filter(([, value]) => value !== undefined))
        const answer = await call(schedulerRpc.listPages, { site, page, perPage, ...filter }, as(context))
        return { data: answer.pages, page, perPage, total: answer.total }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/sites/{site}/pages/{id}',
      id: 'getPage',
      access: 'read',
      summary: 'A page with all that is known of it: its last record, what is wrong with it and how to mend it.',
      params,
      answer: { kind: 'data', status: 200, schema: pageDetailSchema },
      async handle({ params: which }, context) {
        const { page, lastRunId } = await getPage(which, context)
        const found = await readRecord({ runId: lastRunId, site: page.site, url: page.url }, context.signal)
        return {
          data: {
            ...page,
            issueDetails: page.issues.flatMap(issueOf),
            record: found.record === null ? null : shown(found.record),
            recordRunId: found.record === null ? null : found.runId,
            noRecord: found.record === null ? found.reason : null,
          },
        }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/sites/{site}/pages/{id}/history',
      id: 'getHistoryOfPage',
      access: 'read',
      summary: 'What changed of a page from run to run, newest first.',
      params,
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: changes.element },
      async handle({ params: which, query: { page, per_page: perPage } }, context) {
        const { site, url } = (await getPage(which, context)).page
        const answer = await call(schedulerRpc.readHistory, { site, url, page, perPage }, as(context))
        return { data: answer.changes, page, perPage, total: answer.total }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/sites/{site}/pages/{id}/prices',
      id: 'getPricesOfPage',
      access: 'read',
      summary: 'The prices of a page’s product, oldest first: one for each run in which it was new or another.',
      params,
      query: z.strictObject(pageQuery),
      answer: { kind: 'list', item: prices.element },
      async handle({ params: which, query: { page, per_page: perPage } }, context) {
        const { site, url } = (await getPage(which, context)).page
        const answer = await call(schedulerRpc.readPrices, { site, url, page, perPage }, as(context))
        return { data: answer.prices, page, perPage, total: answer.total }
      },
    }),
  ]
}

/** None: a later version of the exporter found it. */
function issueOf(code: string): z.output<typeof issueSchema>[] {
  const rule = issueRule(code)
  if (rule === undefined) return []
  const { category, severity, priority, text, fix } = rule
  return [{ code, category, severity, priority, text, fix }]
}

/** Without what only comparing pages with each other has a use for. */
function shown(record: PageRecord): PageRecord {
  if (record.seo === null) return record
  const { outlinks: _outlinks, minhash: _minhash, ...seo } = record.seo
  return { ...record, seo }
}
