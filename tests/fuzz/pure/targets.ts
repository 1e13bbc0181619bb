import type { ReadCases } from '../conformance.ts'
import { makeCellsTarget } from './cells.ts'
import { makeFieldsTarget, makeHtmlTarget } from './html.ts'
import { makeJsonldTarget } from './jsonld.ts'
import { makeRobotsTarget } from './robots.ts'
import { makeSitemapTarget } from './sitemap.ts'
import type { PureTarget } from './target.ts'
import { makePriceTarget, makeUrlTarget } from './texts.ts'

/** All that reads what strangers wrote and needs nothing but Node, by name; mutations begin with seeds of its own and with the cases that it is given. */
export const pureTargets = {
  html: makeHtmlTarget,
  jsonld: makeJsonldTarget,
  fields: makeFieldsTarget,
  sitemap: makeSitemapTarget,
  robots: makeRobotsTarget,
  price: makePriceTarget,
  url: makeUrlTarget,
  cells: makeCellsTarget,
} satisfies Record<string, (readCases: ReadCases) => PureTarget>

export type PureName = keyof typeof pureTargets
