import { z } from 'zod'
import { productSchema } from './record.ts'

export const fieldTypes = ['text', 'number', 'price', 'url', 'date', 'boolean', 'json'] as const

/** Fields of a product that a selector may give, and the types of them that are no text. */
const productFieldTypes: Record<string, readonly (typeof fieldTypes)[number][]> = {
  ...Object.fromEntries(
    ['price', 'regularPrice', 'lowPrice', 'highPrice'].map((name) => [name, ['price', 'number'] as const]),
  ),
  ...Object.fromEntries(
    ['offerCount', 'ratingValue', 'ratingBest', 'ratingCount'].map((name) => [name, ['number'] as const]),
  ),
  images: ['url'],
}
/** … and those that are lists. */
const productLists: readonly string[] = ['images', 'breadcrumbs', 'features']
/** Names of a product's fields that no selector can give. */
const reserved: readonly string[] = ['sources', 'variants', 'gtinType']

const maxPatternChars = 500

/**
 * A regular expression for the text of a page: what a JavaScript and an RE2 engine both read, because it runs in time linear to
 * the text whatever the pattern.
 */
const textPattern = z
  .string()
  .min(1)
  .max(maxPatternChars)
  .superRefine((source, context) => {
    try {
      new RegExp(source, 'u')
    } catch (error) {
      const problem = error instanceof Error ? error.message.replace(/^.*\/u?: /, '') : 'unreadable'
      context.addIssue({ code: 'custom', message: `expected a regular expression: ${problem}` })
      return
    }
    if (/\(\?<?[=!]|\\[1-9]|\\k</.test(source.replace(/\\\\/g, ''))) {
      context.addIssue({ code: 'custom', message: 'looking ahead or behind and backreferences are not supported' })
    }
  })

/** What is done to a text before it is read by its type, in order. */
export const fieldTransformSchema = z.union([
  /** `digits`: all but digits removed. */
  z.enum(['lowercase', 'uppercase', 'digits']),
  /** Every match of `replace` by `with`, where `$1` is a group. */
  z.strictObject({ replace: textPattern, with: z.string().max(500) }),
  /** The text that stands for this one, whatever its case; other texts stay. */
  z.strictObject({ map: z.record(z.string().max(200), z.string().max(200)) }),
  /** Several values of one text. */
  z.strictObject({ split: z.string().min(1).max(20) }),
])

export type FieldTransform = z.output<typeof fieldTransformSchema>

/** A value of a site's pages, and where it stands. One of `css`, `xpath` and `jsonPath` is given. */
export const siteFieldSchema = z
  .strictObject({
    /** Of a product's field: the value is the product's, before all other sources. Any other: it goes to `extracted`. */
    name: z.string().regex(/^[a-z][A-Za-z0-9_]{0,63}$/, 'expected a letter a–z, then up to 63 letters, digits or _'),
    /** CSS selector (Selectors Level 4 without what needs a browser). */
    css: z.string().min(1).max(1_000).optional(),
    /** XPath 3.1; names of elements in lower case. */
    xpath: z.string().min(1).max(1_000).optional(),
    /** RFC 9535, on the JSON that `css` or `xpath` selects, else on each of the page's JSON scripts. */
    jsonPath: z.string().startsWith('$', 'expected a path that starts with $').max(1_000).optional(),
    /** Attribute of the selected element. Absent: its text, or what it has instead: a meta's `content`, an image's `src`. */
    attribute: z.string().min(1).max(100).optional(),
    /** On the text as it is shown, blanks collapsed: the value is what its first group matches, or the whole match; none: there is no value. */
    regex: textPattern.optional(),
    /** All that matches instead of the first. */
    list: z.boolean().default(false),
    /**
     * `price`: the amount. `url`: absolute. `date`: ISO 8601. `boolean`: what the text says, or else whether there is an element.
     * `json`: any JSON.
     */
    type: z.enum(fieldTypes).default('text'),
    transform: z.array(fieldTransformSchema).max(10).default([]),
    /** A page without it says so in `missingRequired`. */
    required: z.boolean().default(false),
    /** Regular expression on the URL of the pages that have the field. Absent: all. */
    pages: textPattern.optional(),
  })
  .superRefine((field, context) => {
    const problem = (path: string, message: string): void =>
      context.addIssue({ code: 'custom', path: [path], message: `${field.name}: ${message}` })
    const { css, xpath, jsonPath, attribute, list, type } = field
    if (css === undefined && xpath === undefined && jsonPath === undefined) {
      problem('css', 'one of css, xpath and jsonPath is required')
    }
    if (css !== undefined && xpath !== undefined) problem('xpath', 'css is given, too: take one')
    if (attribute !== undefined && css === undefined && xpath === undefined) {
      problem('attribute', 'only an element of css or xpath has attributes')
    }
    if (reserved.includes(field.name)) problem('name', 'no selector can give this field of a product')
    const types = Object.hasOwn(productFieldTypes, field.name) ? productFieldTypes[field.name] : undefined
    if (types !== undefined && !types.includes(type)) {
      problem('type', `of a product it is ${types.join(' or ')}, not ${type}`)
    }
    if (productLists.includes(field.name) && !list) problem('list', 'of a product it is a list')
    if (list && Object.hasOwn(productSchema.shape, field.name) && !productLists.includes(field.name))
      problem('list', 'of a product it is no list')
  })

export type SiteField = z.output<typeof siteFieldSchema>

/** The selectors of a site, each with a name of its own. */
export const siteFieldsSchema = z
  .array(siteFieldSchema)
  .max(100)
  .superRefine((fields, context) => {
    fields.forEach(({ name }, index) => {
      if (fields.findIndex((other) => other.name === name) < index) {
        context.addIssue({
          code: 'custom',
          path: [index, 'name'],
          message: `${name}: there is another field of this name`,
        })
      }
    })
  })
