import { Readable } from 'node:stream'
import { expect, test } from 'vitest'
import { checkPages, checkProducts } from './check-archive.ts'
import { factsOf, pathOf } from './page.ts'
import { originOf } from './world.ts'

const world = { sites: 3, pagesEach: 5, port: 1 }
const urlOf = (page: number) => `${originOf(world, 2)}${pathOf(page)}`
const rowOf = (page: number, { status = '200', title = factsOf(2, page).title } = {}) =>
  `${urlOf(page)},${status},${title}`

async function checked(check: typeof checkPages, header: string, rows: string[]) {
  const problems: string[] = []
  const csv = Readable.from([[header, ...rows].join('\r\n')])
  const right = await check(csv, { world, site: 2, problem: (text) => problems.push(text) })
  return { right, problems }
}
const pages = (rows: string[]) => checked(checkPages, 'Address,Status Code,Title 1', rows)

test('a report with each page once is right', async () => {
  expect(await pages([0, 1, 2, 3, 4].map((page) => rowOf(page)))).toEqual({ right: 5, problems: [] })
})

test('a page that is missing, double, wrong or strange is named', async () => {
  const rows = [rowOf(0), rowOf(0), rowOf(1, { status: '500' }), rowOf(2, { title: 'other' }), `${urlOf(3)}x,200,t`]
  const { right, problems } = await pages(rows)
  expect(right).toBe(1)
  expect(problems).toEqual([
    `${urlOf(0)}: twice`,
    `${urlOf(1)}: status 500`,
    `${urlOf(2)}: title other, not ${factsOf(2, 2).title}`,
    `${urlOf(3)}x: does not belong here`,
    `${originOf(world, 2)} page 3: missing`,
    `${originOf(world, 2)} page 4: missing`,
  ])
})

test('products alone belong into full.csv', async () => {
  const rows = [`${urlOf(1)},${factsOf(2, 1).product?.sku}`, `${urlOf(2)},`, `${urlOf(4)},no`]
  const { right, problems } = await checked(checkProducts, 'URL,SKU', rows)
  expect(right).toBe(1)
  expect(problems).toEqual([`${urlOf(2)}: does not belong here`, `${urlOf(4)}: SKU no, not S2-4`])
})
