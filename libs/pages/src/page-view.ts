import type { PageView } from '@seine/contracts'
import type { Extraction } from '@seine/extract'

/** What a view may take of a reply that holds other things too. */
export const maxPageViewBytes = 400_000

/** Bounds of texts and lists, tried one after the other until the view fits. The last one always does. */
const bounds = [
  { maxChars: 1_000, maxItems: 20 },
  { maxChars: 200, maxItems: 10 },
  { maxChars: 20, maxItems: 1 },
] as const

type Bound = (typeof bounds)[number]

/** What extraction made of a page, cut to {@link maxPageViewBytes} for somebody to look at. Pure. */
export function pageViewOf(extraction: Extraction, { isShell }: { isShell: boolean }): PageView {
  const { seo, product, fields, links, missingRequired } = extraction
  const {
    title,
    titlePixels,
    description,
    descriptionPixels,
    h1,
    canonical,
    metaRobots,
    xRobotsTag,
    language,
    wordCount,
    readingEase,
    internalLinks,
    externalLinks,
    imageCount,
    imagesWithoutAlt,
    jsonLdTypes,
    schemaProblems,
  } = seo
  const whole: PageView = {
    seo: {
      ...{ title, titlePixels, description, descriptionPixels, h1, canonical, metaRobots, xRobotsTag, language },
      ...{ wordCount, readingEase, internalLinks, externalLinks, imageCount, imagesWithoutAlt },
      ...{ jsonLdTypes, schemaProblems },
    },
    product,
    fields: fields.map(({ field, value, matches, samples, problem }) => ({
      name: field.name,
      required: field.required,
      value,
      matches,
      samples: samples(),
      problem,
    })),
    missingRequired,
    links: { total: links.length, internal: internalLinks },
    isShell,
  }
  let view = whole
  for (const bound of bounds) {
    view = shortened(whole, bound)
    if (Buffer.byteLength(JSON.stringify(view)) <= maxPageViewBytes) break
  }
  return view
}

function shortened(view: PageView, bound: Bound): PageView {
  return {
    ...view,
    seo: cut(view.seo, bound),
    product: cut(view.product, bound),
    // All of them: how many there are has a limit of its own.
    fields: view.fields.map((field) => cut(field, bound)),
  }
}

/** The same value with every text and list in it cut; what lies deeper than {@link maxDepth} is told as text. */
function cut<T>(value: T, bound: Bound, depth = 0): T {
  if (typeof value === 'string') return value.slice(0, bound.maxChars) as T
  if (typeof value !== 'object' || value === null) return value
  if (depth === maxDepth) return JSON.stringify(value).slice(0, bound.maxChars) as T
  if (Array.isArray(value)) return value.slice(0, bound.maxItems).map((item) => cut(item, bound, depth + 1)) as T
  // Our own objects keep all their members.
  const members = Object.entries(value).slice(0, depth === 0 ? maxMembers : bound.maxItems)
  return Object.fromEntries(
    members.map(([name, member]) => [name.slice(0, maxNameChars), cut(member, bound, depth + 1)]),
  ) as T
}

const maxDepth = 3
const maxMembers = 100
const maxNameChars = 64
