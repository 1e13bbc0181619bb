import type { ChangeTopic, ListedChange, RpcOutput, RpcRequest, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'
import { utc } from '../database/utc.ts'

type Query = RpcRequest<typeof schedulerRpc.listChanges>
type List = RpcOutput<typeof schedulerRpc.listChanges>

const listed = (names: readonly string[]): string => names.map((name) => `'${name}'`).join(', ')

/** Names of fields as diff.csv has them. */
const priceFields = ['Price', 'Regular Price', 'Low Price', 'High Price', 'Currency']
const productFields = [
  ...['Product', 'Offer Count', 'Name', 'Brand', 'SKU', 'MPN', 'GTIN', 'Product ID', 'Condition', 'Seller'],
  ...['Price Valid Until', 'Rating', 'Rating Count', 'Category', 'Colour', 'Size', 'Description', 'Images'],
]

const topic = `case
  when c.change <> 'changed' then c.change
  when c.field in (${listed(priceFields)}) then 'price'
  when c.field = 'Availability' then 'stock'
  when c.field in (${listed(productFields)}) then 'product'
  else 'seo' end`

/** The most important first. Of prices the greatest move, of pages that came or went those that sell something. */
const importance = `array_position(array['price', 'stock', 'removed', 'added', 'product', 'moved', 'seo'], topic),
  abs(percent) desc nulls last, (price is null), site, url, field, "runId"`

/** Answers what changed over all sites in a run or a period. */
export function makeReadChanges(database: Database) {
  return async (query: Query): Promise<List> => {
    const { where, values } = conditionsOf(query)
    const n = values.length
    const topics = await database.query<{ topic: ChangeTopic; n: number }>(
      `select ${topic} as topic, count(*)::int as n from page_changes c where ${where} group by 1`,
      values,
    )
    const isAsked = (of: ChangeTopic): boolean => query.topic === undefined || query.topic === of
    const changes = await database.query<ListedChange>(
      `select * from (
         select c.site, c.url, c.page_id as "pageId", c.run_id as "runId", ${utc('c.at')} as at, c.change,
           nullif(c.field, '') as field, c.old, c.new, c.difference, c.percent, c.name, c.reason, c.price, c.currency, ${topic} as topic
         from page_changes c where ${where}
       ) c where $${n + 1}::text is null or topic = $${n + 1} order by ${importance} limit $${n + 2} offset $${n + 3}`,
      [...values, query.topic ?? null, query.perPage, (query.page - 1) * query.perPage],
    )
    return {
      changes,
      total: topics.reduce((sum, one) => sum + (isAsked(one.topic) ? one.n : 0), 0),
      topics: Object.fromEntries(topics.map((one) => [one.topic, one.n])),
    }
  }
}

function conditionsOf({ runId, from, to, site }: Query): { where: string; values: unknown[] } {
  const conditions: string[] = []
  const values: unknown[] = []
  const add = (condition: string, value: unknown): void => {
    if (value === undefined) return
    values.push(value)
    conditions.push(condition.replace('?', `$${values.length}`))
  }
  add('c.run_id = ?::uuid', runId)
  add('c.at >= ?::timestamptz', from)
  add('c.at < ?::timestamptz', to)
  add('c.site = ?', site)
  return { where: conditions.join(' and '), values }
}
