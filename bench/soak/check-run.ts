import { buffer } from 'node:stream/consumers'
import type { Client, RunDetail } from '@seine/client'
import { readZip } from '@seine/testkit'
import { parse } from 'csv-parse/sync'
import { isDown, isListed, pagesOf, type Shop } from './shops.ts'

type Row = Record<string, string | undefined>

const maxTold = 5

/** Whether the archive of a run says what the shops served: pages, and prices. Gives what is wrong, the first few of each shop. */
export async function checkRun(
  client: Client,
  run: RunDetail,
  shops: readonly Shop[],
  served: { generation: number; originOf: (shop: Shop) => string },
): Promise<string[]> {
  const { generation } = served
  if (run.status !== 'completed') return [`run ${run.id} is ${run.status}: ${run.reason}`]
  const archive = await client.archive(run.id)
  if (archive === null) return [`run ${run.id} has no archive`]
  const files = await readZip(await buffer(archive.body))
  const fileOf = (shop: Shop, file: string): Row[] => {
    const found = [...files].find(([path]) => path.endsWith(`${shop.name}/${file}`))
    return found === undefined ? [] : parse(found[1], { bom: true, columns: true })
  }
  return shops
    .filter((shop) => isListed(shop, generation))
    .flatMap((shop) => {
      const status = run.sites.find(({ site }) => site === shop.name)?.status
      const expected = isDown(shop, generation) ? 'failed' : 'completed'
      if (status !== expected) return [`${shop.name}: ${status}, not ${expected}`]
      if (expected === 'failed') return []
      const wrong = compare(
        served.originOf(shop),
        pagesOf(shop, generation),
        fileOf(shop, 'seo.csv'),
        fileOf(shop, 'full.csv'),
      )
      return wrong.slice(0, maxTold).map((text) => `${shop.name}: ${text}`)
    })
}

function compare(origin: string, pages: ReadonlyMap<string, number | null>, seo: Row[], full: Row[]): string[] {
  const wrong: string[] = []
  const isThere = (row: Row) => row.Outcome === 'ok' || row.Outcome === 'unchanged'
  const found = new Set(seo.filter(isThere).map((row) => row.Address ?? ''))
  for (const path of pages.keys()) if (!found.has(origin + path)) wrong.push(`${path} is missing`)
  for (const url of found) if (!pages.has(url.slice(origin.length))) wrong.push(`${url} is no page`)
  if (new Set(seo.map((row) => row.Address)).size !== seo.length) wrong.push('a page twice')
  for (const row of full.filter(isThere)) {
    const cents = pages.get((row.URL ?? '').slice(origin.length))
    if (cents == null || Math.round(Number(row.Price) * 100) !== cents)
      wrong.push(`${row.URL} costs ${row.Price}, not ${cents}`)
  }
  return wrong
}
