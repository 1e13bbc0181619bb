import type { PageRecord } from '@seine/contracts'

/** The lists that can make a record pass the broker's message limit, largest first, and how much of each is kept. */
const kept = { h1: 2, h2: 2, hreflang: 0, images: 1, features: 0, variants: 0 } as const

/** A record whose limits, all reached at once, would not fit a message: its long lists cut to what reports show. */
export function slimRecord(record: PageRecord): PageRecord {
  const { seo, product, http, extracted } = record
  return {
    ...record,
    cut: [...new Set([...record.cut, ...Object.keys(kept), 'openGraph', 'twitter', 'extracted'])],
    seo: seo && {
      ...seo,
      h1: seo.h1.slice(0, kept.h1),
      h2: seo.h2.slice(0, kept.h2),
      hreflang: seo.hreflang.slice(0, kept.hreflang),
      openGraph: {},
      twitter: {},
    },
    product: product && {
      ...product,
      images: product.images.slice(0, kept.images),
      ...(product.features && { features: product.features.slice(0, kept.features) }),
      ...(product.variants && { variants: product.variants.slice(0, kept.variants) }),
    },
    ...(http?.hreflang && { http: { ...http, hreflang: http.hreflang.slice(0, kept.hreflang) } }),
    ...(extracted && { extracted: {} }),
  }
}
