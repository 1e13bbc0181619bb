import { z } from 'zod'

const count = z.int().positive().optional()

/** What there is of a thing in a page's markup, for the issue catalogue. Absent: none of it, so that most pages have few. */
export const seoCountsSchema = z.strictObject({
  /** `<title>`, meta description, … that a browser reads as part of the body, where search engines ignore them. */
  titlesOutsideHead: count,
  descriptionsOutsideHead: count,
  directivesOutsideHead: count,
  canonicalsOutsideHead: count,
  hreflangOutsideHead: count,
  /** Elements in the head that don't belong there and end it. */
  invalidInHead: count,
  /** 1: the page has no `<head>` (`<body>`) tag of its own. */
  missingHead: count,
  missingBody: count,
  /** Tags beyond the first one. */
  extraHeads: count,
  extraBodies: count,
  /** Meta keywords elements. */
  keywordsElements: count,
  /** `<link rel=canonical>` elements; distinct targets of them and of the Link header together. */
  canonicalElements: count,
  canonicalTargets: count,
  relativeCanonicals: count,
  fragmentCanonicals: count,
  /** Headings without text; h1 whose only text is the alt of an image. */
  emptyHeadings: count,
  h1OfAltText: count,
  /** Steps down by more than one level (h2 → h4). */
  headingSkips: count,
  /** 1: there are headings, and the first is no h1. */
  firstHeadingNotH1: count,
  imagesEmptyAlt: count,
  /** alt of more than 100 characters. */
  imagesLongAlt: count,
  /** Without width or height. */
  imagesWithoutSize: count,
  /** Hyperlinks with an http(s) target, the same target again and again. */
  internalHyperlinks: count,
  externalHyperlinks: count,
  internalNofollow: count,
  externalNofollow: count,
  /** Hyperlinks to the site's own hosts without text and without an image that has alt text. */
  anchorsWithoutText: count,
  /** … whose text says nothing of the target: `click here`. */
  vagueAnchors: count,
  localhostLinks: count,
  /** To other hosts with `target=_blank` and neither `noopener` nor `noreferrer`. */
  unsafeBlankLinks: count,
  /** Resources over http on an https page; with `//host/…`. */
  mixedContent: count,
  protocolRelative: count,
  forms: count,
  /** Forms whose action is http. */
  insecureForms: count,
  jsonLdBlocks: count,
  /** Blocks that are no JSON by the letter. */
  jsonLdErrors: count,
  microdataItems: count,
  rdfaItems: count,
  /** 1: the text has `lorem ipsum`. */
  loremIpsum: count,
  /** 1: the page answered 2xx and its title or first heading says that there is nothing. */
  soft404: count,
})

export type SeoCounts = z.output<typeof seoCountsSchema>
