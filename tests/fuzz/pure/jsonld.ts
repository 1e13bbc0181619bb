import type { ReadCases } from '../conformance.ts'
import { maxInputChars, mutateText, pieced } from '../mutate.ts'
import { nestedIn } from '../nested.ts'
import type { Random } from '../random.ts'
import { makePageTarget, pageBudget } from './html.ts'
import { htmlPieces } from './html-pieces.ts'
import { htmlSeeds } from './html-seeds.ts'

/** Structured data: JSON-LD, microdata, RDFa and scripts' states, changed as trees before they are changed as text. */
export const makeJsonldTarget = (readCases: ReadCases) =>
  makePageTarget({ name: 'jsonld', mutate: makeData(readCases), fields: null, budget: pageBudget })

function makeData(readCases: ReadCases): (random: Random) => string {
  const examples = readCases<{ jsonHtml?: string; html?: string }>('structured/schemaorg-examples.json')
  const texts = [
    ...htmlSeeds,
    ...examples.flatMap(({ jsonHtml, html }) => [jsonHtml, html].filter((text) => text != null)),
  ]
  const trees = texts.flatMap(scriptsOf)
  return (random) => {
    if (random.chance(0.4)) return mutateText(random.pick(texts), random.pick(texts), { pieces: htmlPieces }, random)
    let tree = structuredClone(random.pick(trees))
    for (let left = 1 + random.int(4); left > 0; left--) tree = mutateTree(tree, random.pick(trees), random)
    const json = (JSON.stringify(tree) ?? 'undefined').slice(0, maxInputChars)
    const data = random.chance(0.5)
      ? json
      : mutateText(json, JSON.stringify(random.pick(trees)), { pieces: jsonPieces }, random)
    const opening = random.pick([
      '<script type="application/ld+json">',
      '<script>window.__INITIAL_STATE__=',
      '<script type="application/json">',
    ])
    return `<title>x</title>${opening}${data}</script><h1>Lamp</h1>${pieced(htmlPieces, random.int(10), random)}`
  }
}

function scriptsOf(html: string): unknown[] {
  return [...html.matchAll(/<script[^>]*json[^>]*>([\s\S]*?)<\/script>/g)].flatMap(([, text]) => {
    try {
      return [JSON.parse(text!) as unknown]
    } catch {
      return []
    }
  })
}

const keys = [
  '@type',
  '@id',
  '@graph',
  'offers',
  'price',
  'name',
  'sku',
  'image',
  'hasVariant',
  'brand',
  'constructor',
  '__proto__',
  'length',
  '',
]
const leaves = [
  null,
  true,
  '',
  'Product',
  'http://schema.org/Offer',
  -1,
  1e308,
  1e-320,
  '1.299,00 €',
  '\u0000',
  '😀\ud800',
  'x'.repeat(3_000),
  {},
  [],
]

/** Puts something else somewhere into the tree: a leaf of another type, a part of another tree, itself, deep nesting, a long list. */
function mutateTree(tree: unknown, other: unknown, random: Random): unknown {
  if (typeof tree !== 'object' || tree === null || random.chance(0.15)) return newValue(tree, other, random)
  if (Array.isArray(tree)) {
    const at = random.int(tree.length + 1)
    return tree.toSpliced(at, random.int(2), mutateTree(tree[at], other, random))
  }
  const names = Object.keys(tree)
  const key = names.length > 0 && random.chance(0.8) ? random.pick(names) : random.pick(keys)
  const changed: Record<string, unknown> = { ...tree }
  if (random.chance(0.1)) delete changed[key]
  else Object.defineProperty(changed, key, { ...plain, value: mutateTree(changed[key], other, random) })
  return changed
}

const plain = { enumerable: true, writable: true, configurable: true }

/** Copies of a tree that may stand in a list: trees of copies of copies would have no end. */
function copiesOf(tree: unknown): number {
  let nodes = 0
  const open = [tree]
  for (let next = open.pop(); next !== undefined && nodes < maxCopied; next = open.pop(), nodes++)
    if (typeof next === 'object' && next !== null) open.push(...Object.values(next))
  return Math.max(1, Math.floor(maxCopied / (nodes + 1)))
}
const maxCopied = 1_000

function newValue(tree: unknown, other: unknown, random: Random): unknown {
  switch (random.int(6)) {
    case 0:
      return other
    case 1:
      return Array.from({ length: Math.min(random.pick([2, 60, 300]), copiesOf(tree)) }, () => tree ?? 1)
    case 2:
      return nestedIn(tree, random.pick([5, 200, 800]), 'offers', random)
    case 3:
      return { '@type': random.pick(['Product', 'ProductGroup', 'Offer', 'BreadcrumbList']), [random.pick(keys)]: tree }
    default:
      return random.pick(leaves)
  }
}

const jsonPieces = [
  '{',
  '}',
  '[',
  ']',
  ':',
  ',',
  '"',
  "'",
  '\\',
  '/*',
  '*/',
  '//',
  '\n',
  'null',
  'undefined',
  '<!--',
  '-->',
  '&quot;',
  '\\u',
  'true',
  '1e5',
  '"price":',
]
