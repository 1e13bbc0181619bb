import { mkdirSync, writeFileSync } from 'node:fs'
import { categoryPath, listHtml, productHtml, productPath } from './html.ts'
import { categoryNames, type ShopProduct, shopProduct } from './products.ts'

const productsOfList = 48

/**
 * Writes a shop of `pageCount` pages (home, categories, products) into a folder: the same bytes for the same origin and
 * count. At least as many pages as there are categories, and two more.
 */
export function writeShop(folder: string, origin: string, pageCount: number): void {
  const count = pageCount - categoryNames.length - 1
  if (count < 1) throw new RangeError(`a shop has at least ${categoryNames.length + 2} pages, not ${pageCount}`)
  const products = Array.from({ length: count }, (_, number) => shopProduct(number, count))
  for (const name of ['p', 'c']) mkdirSync(`${folder}/${name}`, { recursive: true })
  const writeList = (title: string, path: string, file: string, of: readonly ShopProduct[]) =>
    writeFileSync(`${folder}${file}`, listHtml({ title, path, products: of.slice(0, productsOfList) }, origin))

  writeList('Example Shop', '/', '/index.html', products)
  categoryNames.forEach((name, at) => {
    const own = products.filter(({ category }) => category === at)
    writeList(name, categoryPath(at), categoryPath(at), own)
  })
  for (const product of products)
    writeFileSync(`${folder}${productPath(product.number)}`, productHtml(product, products, origin))
}
