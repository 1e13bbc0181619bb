import type { Product } from '@seine/contracts'
import { type CellValue, type Column, dateCell, joined } from './column.ts'
import { type ReportRow, statusOf } from './row.ts'

type Row = ReportRow

const silent = 'the page does not say'

/** What a failed page shows is not the product: a block page may have anything. */
const productOf = ({ ledger, record }: Row): Product | null =>
  ledger.outcome === 'failed' ? null : (record?.product ?? null)

function field(
  name: string,
  key: keyof Product,
  about: string,
  rest: Partial<Pick<Column<Row>, 'type' | 'unit' | 'width'>> = {},
): Column<Row> {
  return {
    name,
    type: 'text',
    ...rest,
    about,
    empty: silent,
    value: (row) => (productOf(row)?.[key] ?? null) as CellValue,
  }
}

/** full.csv and the sheet Products: a row for each page with product data. New columns go at the end. */
export const fullColumns: readonly Column<Row>[] = [
  {
    name: 'URL',
    type: 'url',
    about: 'Address of the page.',
    empty: 'never',
    width: 60,
    link: true,
    value: (r) => r.ledger.url,
  },
  field('Name', 'name', 'Name of the product.', { width: 45 }),
  field('Brand', 'brand', 'Brand.', { width: 18 }),
  field('SKU', 'sku', "The shop's own number.", { width: 18 }),
  field('MPN', 'mpn', "The maker's number.", { width: 18 }),
  field('GTIN', 'gtin', 'GTIN (EAN, UPC, ISBN), as digits.', { width: 16 }),
  field('Product ID', 'productId', 'Other identifier.', { width: 16 }),
  field('Price', 'price', 'What it costs now.', { type: 'decimal', unit: 'Currency' }),
  field('Regular Price', 'regularPrice', 'What it costs without the offer.', { type: 'decimal', unit: 'Currency' }),
  field('Currency', 'currency', 'ISO 4217 code.', { width: 10 }),
  field('Low Price', 'lowPrice', 'Lowest of several offers.', { type: 'decimal', unit: 'Currency' }),
  field('High Price', 'highPrice', 'Highest of several offers.', { type: 'decimal', unit: 'Currency' }),
  field('Offer Count', 'offerCount', 'Offers.', { type: 'integer' }),
  field('Price Text', 'priceText', 'The price as written.', { width: 16 }),
  field('Price Valid Until', 'priceValidUntil', 'Until when the price holds, as written.', { width: 18 }),
  field('Availability', 'availability', 'schema.org term: InStock, OutOfStock, PreOrder, …', { width: 16 }),
  field('Condition', 'itemCondition', 'schema.org term: NewCondition, UsedCondition, …', { width: 16 }),
  field('Seller', 'seller', 'Who sells it.', { width: 20 }),
  field('Rating', 'ratingValue', 'Mean rating.', { type: 'decimal' }),
  field('Rating Best', 'ratingBest', 'Best rating there could be.', { type: 'decimal' }),
  field('Rating Count', 'ratingCount', 'Ratings or reviews.', { type: 'count' }),
  field('Category', 'category', 'Category or breadcrumb.', { width: 30 }),
  field('Colour', 'colour', 'Colour.', { width: 14 }),
  field('Size', 'size', 'Size.', { width: 14 }),
  field('Description', 'description', 'Description, cut at 2,000 characters.', { width: 60 }),
  {
    name: 'Images',
    type: 'list',
    about: 'Addresses of images, at most 100.',
    empty: silent,
    width: 40,
    value: (row) => joined(productOf(row)?.images ?? []),
  },
  {
    name: 'Value Sources',
    type: 'list',
    about: 'Where each value came from: `price: json-ld`.',
    empty: 'no product data',
    width: 40,
    value: (row) =>
      joined(
        Object.entries(productOf(row)?.sources ?? {})
          .map(([key, source]) => `${key}: ${source}`)
          .sort(),
      ),
  },
  {
    name: 'Title',
    type: 'text',
    about: "The page's title.",
    empty: 'the page has none',
    width: 45,
    value: ({ record }) => record?.seo?.title ?? null,
  },
  {
    name: 'Canonical URL',
    type: 'url',
    about: 'Canonical link element, absolute.',
    empty: 'the page has none',
    width: 60,
    value: ({ record }) => record?.seo?.canonical ?? null,
  },
  { name: 'Status Code', type: 'integer', about: 'HTTP status; 0: no answer.', empty: 'never', value: statusOf },
  {
    name: 'Outcome',
    type: 'text',
    about:
      '`ok`, `unchanged` (the values are those of the fetch before) or `failed` (values empty; the run before had some).',
    empty: 'never',
    width: 12,
    value: (r) => r.ledger.outcome,
  },
  {
    name: 'Reason',
    type: 'text',
    about: 'Why it is not `ok`, kebab-case.',
    empty: 'it is `ok`',
    width: 22,
    value: (r) => r.ledger.reason || null,
  },
  {
    name: 'Fetched At',
    type: 'date',
    unit: 'UTC',
    about: 'When the values were fetched.',
    empty: 'no answer',
    value: ({ record }) => dateCell(record?.fetchedAt ?? null),
  },
]
