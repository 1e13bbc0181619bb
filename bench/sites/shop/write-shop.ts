import { mkdirSync, writeFileSync } from 'node:fs'
import { categoryPath, listHtml, productHtml, productPath } from './html.ts'
import { categoryNames, shopProduct } from './products.ts'

const productsOfList = 48

/**
 * Writes a shop of `pageCount` pages (home, categories, products) into a folder: the same bytes for the same origin and
 * count. At least as many pages as there are categories, and two more.
 */
export function writeShop(folder: string, origin: string, pageCount: number): void {
  const count = pageCount - categoryNames.length - 1
  if (count < 1) throw new RangeError(`a shop has at least ${categoryNames.length + 2} pages, not ${pageCount}`)
  const numbers = Array.from({ length: count }, (_, number) => number)
  for (const name of ['p', 'c']) mkdirSync(`${folder}/${name}`, { recursive: true })
  const list = (title: string, path: string, of: readonly number[]) =>
    listHtml({ title, path, numbers: of.slice(0, productsOfList) }, origin, count)

  writeFileSync(`${folder}/index.html`, list('Example Shop', '/', numbers))
  categoryNames.forEach((name, category) => {
    const own = numbers.filter((number) => number % categoryNames.length === category)
    writeFileSync(`${folder}${categoryPath(category)}`, list(name, categoryPath(category), own))
  })
  for (const number of numbers)
    writeFileSync(`${folder}${productPath(number)}`, productHtml(shopProduct(number, count), origin, count))
}
