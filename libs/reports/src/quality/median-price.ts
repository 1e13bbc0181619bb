import { answerOf } from '../cross-page/page-state.ts'
import { makeExternalSort } from '../external-sort.ts'
import type { ReportRow } from '../row.ts'

/** Of the products that have a price in the currency that most of them have. */
export interface MedianPrice {
  readonly value: number
  /** Null: their pages name none. */
  readonly currency: string | null
  /** So many products. */
  readonly products: number
}

export interface MedianPriceCounter extends AsyncDisposable {
  add(row: ReportRow): Promise<void>
  /** Null: no product has a price. Once. */
  read(): Promise<MedianPrice | null>
}

/** Further ones are left out: a page may call anything a currency. */
export const maxCurrencies = 100
/** Of a key: where its currency was met first. */
const placeChars = 3
/** Two prices have a mean that neither is written with. */
const decimals = 4
const nothing = Buffer.alloc(0)

/** Exact, however many products there are: prices are sorted in files in `dir` beyond `maxBytes`. Keeps I7. */
export function makeMedianPrice(settings: { dir: string; maxBytes: number }): MedianPriceCounter {
  const sort = makeExternalSort(settings)
  const currencies = new Map<string | null, { readonly place: string; products: number }>()

  return {
    async add(row) {
      const product = answerOf(row) === 'ok' ? row.record?.product : null
      const price = product?.price ?? product?.lowPrice ?? null
      if (product == null || price === null || !(price >= 0)) return
      const place = String(currencies.size).padStart(placeChars, '0')
      const known = currencies.get(product.currency) ?? { place, products: 0 }
      if (known.products === 0 && currencies.size === maxCurrencies) return
      known.products++
      currencies.set(product.currency, known)
      await sort.add(known.place + sortable(price), nothing)
    },
    async read() {
      const [commonest] = [...currencies].sort(
        ([a, { products: n }], [b, { products: m }]) => m - n || ((a ?? '~') < (b ?? '~') ? -1 : 1),
      )
      if (commonest === undefined) return null
      const [currency, { place, products }] = commonest
      const middle: number[] = []
      let seen = 0
      for await (const { key } of sort.sorted()) {
        if (!key.startsWith(place)) continue
        if (seen === Math.floor((products - 1) / 2) || seen === Math.floor(products / 2)) middle.push(priceOf(key))
        if (++seen > products / 2) break
      }
      const value = middle.reduce((sum, price) => sum + price, 0) / middle.length
      return { value: Number(value.toFixed(decimals)), currency, products }
    },
    [Symbol.asyncDispose]: () => sort[Symbol.asyncDispose](),
  }
}

/** The bytes of a number that is not negative are in its order. */
function sortable(price: number): string {
  const bytes = Buffer.alloc(8)
  bytes.writeDoubleBE(price)
  return bytes.toString('hex')
}

const priceOf = (key: string): number => Buffer.from(key.slice(placeChars), 'hex').readDoubleBE()
