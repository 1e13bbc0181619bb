import { createHash } from 'node:crypto'

/** One query for all that is looked at one by one: a pass over the page, where a query a field would be twenty. */
const looked = 'html,title,meta,link,h1,h2,a[href],img,script[type="application/ld+json"]'

const metaFields = {
  description: 'description',
  keywords: 'keywords',
  robots: 'robots',
  viewport: 'viewport',
  'og:title': 'og_title',
  'og:image': 'og_image',
}

/** The fields of `fields.json` in their order. */
export function rowOf($, url, { statusCode, headers }) {
  const row = {
    url,
    status: statusCode,
    content_type: headers['content-type'] ?? '',
    size_bytes: Number(headers['content-length'] ?? 0),
    title: '',
    description: '',
    keywords: '',
    robots: '',
    viewport: '',
    language: '',
    canonical: '',
    hreflang_count: 0,
    og_title: '',
    og_image: '',
    h1: '',
    h1_count: 0,
    h2: '',
    h2_count: 0,
    word_count: 0,
    text_hash: '',
    links_internal: 0,
    links_external: 0,
    images: 0,
    images_without_alt: 0,
    json_ld_types: '',
    product_name: '',
    product_brand: '',
    product_sku: '',
    product_gtin: '',
    product_price: '',
    product_currency: '',
    product_availability: '',
    product_rating: '',
  }
  const hrefs = new Set()
  const types = new Set()
  for (const element of $(looked).toArray()) {
    const { name, attribs } = element
    if (name === 'a') hrefs.add(attribs.href)
    else if (name === 'img') {
      row.images++
      if (attribs.alt === undefined) row.images_without_alt++
    } else if (name === 'h1' || name === 'h2') {
      if (row[`${name}_count`]++ === 0) row[name] = collapse($(element).text())
    } else if (name === 'meta') {
      const field = metaFields[(attribs.name ?? attribs.property ?? '').toLowerCase()]
      if (field !== undefined && row[field] === '') row[field] = collapse(attribs.content ?? '')
    } else if (name === 'link') {
      const rel = (attribs.rel ?? '').toLowerCase()
      if (rel === 'canonical' && row.canonical === '') row.canonical = absolute(attribs.href, url)
      else if (rel === 'alternate' && attribs.hreflang !== undefined) row.hreflang_count++
    } else if (name === 'title') row.title ||= collapse($(element).text())
    else if (name === 'html') row.language ||= attribs.lang ?? ''
    else readJsonLd(element.children[0]?.data ?? '', row, types)
  }
  row.json_ld_types = [...types].sort().join(' | ')
  countLinks(hrefs, url, row)

  const text = []
  collectText($('body')[0], text)
  const words = text.join(' ').match(/\S+/g) ?? []
  row.word_count = words.length
  row.text_hash = createHash('md5').update(words.join(' ')).digest('hex')
  return row
}

const collapse = (text) => text.replace(/\s+/g, ' ').trim()
const silent = new Set(['script', 'style', 'noscript', 'template'])

function absolute(href, base) {
  return href === undefined ? '' : (URL.parse(href, base)?.href ?? '')
}

function collectText(element, text) {
  for (const child of element?.children ?? []) {
    if (child.type === 'text') text.push(child.data)
    else if (!silent.has(child.name)) collectText(child, text)
  }
}

function countLinks(hrefs, base, row) {
  const { host } = new URL(base)
  const seen = new Set()
  for (const href of hrefs) {
    if (href.startsWith('#')) continue
    const target = URL.parse(href, base)
    if (target === null || !target.protocol.startsWith('http')) continue
    target.hash = ''
    if (seen.has(target.href)) continue
    seen.add(target.href)
    if (target.host === host) row.links_internal++
    else row.links_external++
  }
}

function readJsonLd(text, row, types) {
  let value
  try {
    value = JSON.parse(text)
  } catch {
    return
  }
  walk(value, (thing) => {
    for (const type of [thing['@type']].flat()) if (typeof type === 'string') types.add(type)
    if (thing['@type'] === 'Product' && row.product_name === '') readProduct(thing, row)
  })
}

function walk(value, visit) {
  if (Array.isArray(value)) for (const item of value) walk(item, visit)
  else if (value !== null && typeof value === 'object') {
    visit(value)
    for (const item of Object.values(value)) walk(item, visit)
  }
}

function readProduct(thing, row) {
  const offer = [thing.offers].flat()[0] ?? {}
  row.product_name = thing.name ?? ''
  row.product_brand = thing.brand?.name ?? thing.brand ?? ''
  row.product_sku = thing.sku ?? ''
  row.product_gtin = thing.gtin13 ?? thing.gtin ?? ''
  row.product_price = offer.price ?? ''
  row.product_currency = offer.priceCurrency ?? ''
  row.product_availability = (offer.availability ?? '').split('/').at(-1)
  row.product_rating = thing.aggregateRating?.ratingValue ?? ''
}
