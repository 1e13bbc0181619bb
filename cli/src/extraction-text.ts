import type { ShownPage } from './extract.ts'
import { table } from './table.ts'

const maxCellChars = 90

/** A page's extraction for people: selectors, product, the main SEO fields. */
export function extractionText(page: ShownPage): string {
  const { seo, product } = page
  const lines = [
    `${page.url}\n`,
    ...(page.redirects.length > 0 ? [`redirected ${page.redirects.length} times\n`] : []),
    `${page.status} ${page.contentType ?? 'no content type'}, ${page.sizeBytes.toLocaleString('en')} bytes in ${page.responseTimeMs} ms\n`,
    '\nSelectors\n',
    page.fields.length === 0 ? '  none are read on this page\n' : indented(selectorTable(page)),
    ...page.problems.map((problem) => `  can't be read: ${problem}\n`),
    ...(page.missingRequired.length > 0 ? [`  required, but missing: ${page.missingRequired.join(', ')}\n`] : []),
    '\nProduct\n',
    product === null ? '  none\n' : indented(table(['field', 'value', 'source'], productRows(product))),
    '\nSEO\n',
    indented(table(['field', 'value'], seoRows(seo))),
  ]
  return lines.join('')
}

const indented = (text: string): string => text.replace(/^(?=.)/gm, '  ')

function cell(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  const line = text.replace(/\s+/g, ' ')
  return line.length > maxCellChars ? `${line.slice(0, maxCellChars - 1)}…` : line
}

const selectorTable = ({ fields }: ShownPage): string =>
  table(
    ['field', 'type', 'matches', 'value'],
    fields.map(({ field, matches, value, problem }) => [
      field.required ? `${field.name} *` : field.name,
      field.list ? `${field.type} list` : field.type,
      matches,
      problem === null ? (value === null ? '—' : cell(value)) : `! ${cell(problem)}`,
    ]),
  )

const productRows = (product: NonNullable<ShownPage['product']>): string[][] =>
  Object.entries(product)
    .filter(([name, value]) => name !== 'sources' && value !== null && !(Array.isArray(value) && value.length === 0))
    .map(([name, value]) => [name, cell(value), product.sources[name] ?? ''])

const seoRows = (seo: ShownPage['seo']): string[][] => [
  [
    'title',
    seo.title === null ? '—' : `${cell(seo.title)} (${[...seo.title].length} characters, ${seo.titlePixels} px)`,
  ],
  [
    'description',
    seo.description === null
      ? '—'
      : `${cell(seo.description)} (${[...seo.description].length} characters, ${seo.descriptionPixels} px)`,
  ],
  ['h1', seo.h1.length === 0 ? '—' : cell(seo.h1.join(' | '))],
  ['canonical', seo.canonical ?? '—'],
  ['robots', [seo.metaRobots, seo.xRobotsTag].filter((value) => value !== null).join(', ') || '—'],
  ['language', seo.language ?? '—'],
  ['words', `${seo.wordCount}, reading ease ${seo.readingEase ?? '—'}`],
  ['links', `${seo.internalLinks} internal, ${seo.externalLinks} external`],
  ['structured data', seo.jsonLdTypes.join(', ') || '—'],
  ['lacking', seo.schemaProblems?.join(', ') || '—'],
]
