import { joined } from './column.ts'
import { charactersOf, column, noAnswer, noHtml, type SeoColumn, seo } from './seo-column.ts'

/** Flesch's scale: from this score on a text is called so. */
const readability: readonly [from: number, name: string][] = [
  [90, 'Very Easy'],
  [80, 'Easy'],
  [70, 'Fairly Easy'],
  [60, 'Normal'],
  [50, 'Fairly Difficult'],
  [30, 'Difficult'],
  [Number.NEGATIVE_INFINITY, 'Very Difficult'],
]
const notMeasured = 'no HTML, or fetched before this was measured'
const noScore = 'no HTML, too little text, or a language without a formula'

/** Further columns of seo.csv about the page itself: texts, headers, markup. */
export const textColumns: readonly SeoColumn[] = [
  seo(
    'Title 1 Pixel Width',
    'Width in a search result on a desktop (Arial 20 px).',
    { type: 'integer', unit: 'px' },
    (s) => s.titlePixels,
    notMeasured,
  ),
  seo(
    'Meta Description 1 Pixel Width',
    'Width in a search result on a desktop (Arial 14 px).',
    { type: 'integer', unit: 'px' },
    (s) => s.descriptionPixels,
    notMeasured,
  ),
  seo('Meta Keywords 1 Length', 'Characters; 0: the page has none.', { type: 'integer' }, (s) =>
    charactersOf(s.keywords),
  ),
  seo('H1-2 Length', 'Characters; 0: the page has none.', { type: 'integer' }, (s) => charactersOf(s.h1[1])),
  seo('H2-1 Length', 'Characters; 0: the page has none.', { type: 'integer' }, (s) => charactersOf(s.h2[0])),
  seo('H2-2 Length', 'Characters; 0: the page has none.', { type: 'integer' }, (s) => charactersOf(s.h2[1])),
  seo('Sentence Count', 'Sentences of visible text.', { type: 'count' }, (s) => s.sentenceCount, notMeasured),
  seo('Average Words Per Sentence', 'To a tenth.', { type: 'decimal' }, (s) => s.wordsPerSentence, noScore),
  seo(
    'Flesch Reading Ease Score',
    'By the formula of the page’s language; 100 is easy, 0 hard.',
    { type: 'decimal' },
    (s) => s.readingEase,
    noScore,
  ),
  seo(
    'Readability',
    'The score in words: Very Easy (from 90), Easy (80), Fairly Easy (70), Normal (60), Fairly Difficult (50), Difficult (30), Very Difficult.',
    { width: 16 },
    (s) => (typeof s.readingEase === 'number' ? readability.find(([from]) => s.readingEase! >= from)?.[1] : null),
    noScore,
  ),
  seo('H1 Count', 'h1 elements.', { type: 'integer' }, (s) => s.headings?.[0], notMeasured),
  seo('H2 Count', 'h2 elements.', { type: 'integer' }, (s) => s.headings?.[1], notMeasured),
  seo('Images', 'Images.', { type: 'count' }, (s) => s.imageCount),
  seo('Images Without Alt', 'Images without the attribute alt.', { type: 'count' }, (s) => s.imagesWithoutAlt),
  seo('Viewport', 'Meta viewport.', { width: 30 }, (s) => s.viewport),
  seo('Mobile Alternate Link', 'Version for small screens.', { type: 'url', width: 40 }, (s) => s.mobileAlternate),
  column(
    'Hreflang Count',
    'Versions in other languages, in markup and headers.',
    noHtml,
    { type: 'integer' },
    ({ record }) => (record?.seo ? record.seo.hreflang.length + (record.http?.hreflang?.length ?? 0) : null),
  ),
  column(
    'HTTP Canonical',
    'Canonical of the Link header.',
    'the server sends none',
    { type: 'url', width: 40 },
    (r) => r.record?.http?.canonical ?? null,
  ),
  column(
    'HTTP rel="next" 1',
    'Next page, of the Link header.',
    'the server sends none',
    { type: 'url', width: 40 },
    (r) => r.record?.http?.next ?? null,
  ),
  column(
    'HTTP rel="prev" 1',
    'Page before, of the Link header.',
    'the server sends none',
    { type: 'url', width: 40 },
    (r) => r.record?.http?.prev ?? null,
  ),
  column('HTTP Version', '`1.1` or `2`.', noAnswer, { width: 10 }, (r) => r.record?.http?.version ?? null),
  column('Cookies', 'Cookies that the answer sets.', noAnswer, { type: 'integer' }, ({ record }) =>
    record?.http ? (record.http.cookies?.count ?? 0) : null,
  ),
  column('Cookie Names', 'The first 50, each once.', 'it sets none', { type: 'list', width: 30 }, ({ record }) =>
    joined(record?.http?.cookies?.names ?? []),
  ),
  column(
    'Security Headers',
    'Those whose value protects: hsts, csp, nosniff, frame-options, referrer-policy.',
    'none, or no answer',
    { type: 'list', width: 30 },
    ({ record }) => joined(record?.http?.security ?? []),
  ),
  seo('Schema Problems', 'What structured data lacks that search engines require.', { type: 'list', width: 30 }, (s) =>
    joined(s.schemaProblems ?? []),
  ),
]
