import { recordLimits, type SiteField } from '@seine/contracts'
import { compile, selectAll } from 'css-select'
import type { AnyNode, Document } from 'domhandler'
import { jsonpath } from 'json-p3'
import { RE2JS } from 're2js'
import { readJsonBlock } from '../lenient-json.ts'
import type { FieldPage, FieldProblem, FieldReader, FieldReading } from './field-reader.ts'
import { makeReadValues, type ReadValues, type Selected } from './field-value.ts'
import { nodeText, type PageElement, readDom } from './page-dom.ts'

type SelectXPath = typeof import('./xpath.ts')['selectXPath']

interface Compiled {
  field: SiteField
  /** Why it can't be read on any page. */
  problem: string | null
  /** … and what of it is to blame. */
  option: FieldProblem['option'] | null
  select: (page: OpenPage) => Selected[]
  readValues: ReadValues
  isOn: (url: string) => boolean
}

interface OpenPage extends FieldPage {
  dom: () => Document
}

/** Matches of one selector that are looked at. */
const maxMatches = 1_000
/** Matches that are told as they were found, and how much of each. */
const maxSamples = 3
const maxSampleChars = 300

/** Where an element says what it means in an attribute instead of a text. */
const valueAttributes: Record<string, string> = {
  meta: 'content',
  link: 'href',
  img: 'src',
  source: 'src',
  video: 'src',
  iframe: 'src',
  input: 'value',
  data: 'value',
}

/** Compiles a site's selectors; `problems` names those that can't be. */
export async function compileFields(fields: readonly SiteField[]): Promise<FieldReader> {
  const xpath = fields.some((field) => field.xpath !== undefined) ? await import('./xpath.ts') : null
  const compiled = fields.map((field) => compileField(field, xpath?.selectXPath))
  return {
    problems: compiled.flatMap(({ field, problem, option }, index) =>
      problem === null || option === null ? [] : [{ name: field.name, index, option, problem }],
    ),
    read(page) {
      let document: Document | null = null
      const open: OpenPage = {
        ...page,
        dom: () => {
          document ??= readDom(page.html)
          return document
        },
      }
      return compiled.filter(({ isOn }) => isOn(page.url)).map((one) => readField(one, open))
    },
  }
}

function compileField(field: SiteField, selectXPath: SelectXPath | undefined): Compiled {
  let option: FieldProblem['option'] | null = null
  const compiling = <T>(what: FieldProblem['option'], step: () => T): T => {
    option = what
    return step()
  }
  try {
    const { xpath, jsonPath } = field
    if (xpath !== undefined) compiling('xpath', () => checkXPath(() => selectXPath?.(xpath, readDom(''))))
    const pages = compiling('pages', () => (field.pages === undefined ? null : RE2JS.compile(field.pages)))
    const elements = compiling('css', () => makeSelectElements(field, selectXPath))
    const path = compiling('jsonPath', () => (jsonPath === undefined ? null : jsonpath.compile(jsonPath)))
    compiling('regex', () => field.regex === undefined || RE2JS.compile(field.regex))
    const readValues = compiling('transform', () => makeReadValues(field))
    const isOn = (url: string): boolean => pages === null || pages.matcher(url).find()
    return { field, problem: null, option: null, select: makeSelect(elements, path), readValues, isOn }
  } catch (error) {
    return { field, problem: problemOf(error), option, select: () => [], readValues: () => [], isOn: () => true }
  }
}

/** Static errors show on an empty page; dynamic ones (no such node) are the page's own affair. */
function checkXPath(evaluate: () => unknown): void {
  try {
    evaluate()
  } catch (error) {
    if (/XPST|parse|syntax/i.test(String(error))) throw error
  }
}

function readField({ field, problem, select, readValues }: Compiled, page: OpenPage): FieldReading {
  if (problem !== null) return { field, value: null, matches: 0, samples: () => [], problem }
  let selected: Selected[]
  try {
    selected = select(page).slice(0, maxMatches)
  } catch (error) {
    return { field, value: null, matches: 0, samples: () => [], problem: problemOf(error) }
  }
  const matches = selected.length
  const found = { field, matches, samples: () => selected.slice(0, maxSamples).map(sampleOf), problem: null }
  if (field.list) {
    const values = selected.flatMap((one) => readValues(one, page))
    const value = values.length === 0 ? null : values.slice(0, recordLimits.maxExtractedItems)
    return { ...found, value }
  }
  for (const one of selected) {
    const [value] = readValues(one, page)
    if (value !== undefined) return { ...found, value }
  }
  // What is not there is a no.
  return { ...found, value: field.type === 'boolean' ? false : null }
}

function sampleOf(selected: Selected): string {
  return ('text' in selected ? selected.text : (JSON.stringify(selected.json) ?? '')).slice(0, maxSampleChars)
}

function makeSelect(
  elements: ((page: OpenPage) => string[]) | null,
  path: ReturnType<typeof jsonpath.compile> | null,
): Compiled['select'] {
  if (path === null) return (page) => elements?.(page).map((text) => ({ text })) ?? []
  return (page) => {
    const roots = elements === null ? page.json() : elements(page).flatMap((text) => readJsonBlock(text).values)
    return roots.flatMap((root) =>
      path
        .query(root as never)
        .values()
        .map((json) => ({ json })),
    )
  }
}

function makeSelectElements(
  field: SiteField,
  selectXPath: SelectXPath | undefined,
): ((page: OpenPage) => string[]) | null {
  const { css, xpath } = field
  const read = (found: PageElement | string): string | null =>
    typeof found === 'string' ? found : elementText(found, field)
  if (css !== undefined) {
    const query = compile<AnyNode, PageElement>(css)
    return (page) =>
      selectAll<AnyNode, PageElement>(query, page.dom())
        .slice(0, maxMatches)
        .map(read)
        .filter((text) => text !== null)
  }
  if (xpath === undefined || selectXPath === undefined) return null
  return (page) =>
    selectXPath(xpath, page.dom())
      .slice(0, maxMatches)
      .map(read)
      .filter((text) => text !== null)
}

function elementText(element: PageElement, { attribute, type }: SiteField): string | null {
  if (attribute !== undefined) return element.attribs[attribute.toLowerCase()] ?? null
  const text = (): string => nodeText(element)
  const { name, attribs } = element
  if (type === 'url' && attribs.href !== undefined) return attribs.href
  if (type === 'date' && attribs.datetime !== undefined) return attribs.datetime
  return (Object.hasOwn(valueAttributes, name) ? attribs[valueAttributes[name] ?? ''] : undefined) ?? text()
}

/** What an engine says, in one line. Of what it can't parse fontoxpath draws a picture and lists all it would have taken. */
function problemOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const place = /Failed to parse script[\s\S]*at <>:\d+:(\d+)/.exec(message)?.[1]
  if (place !== undefined) return `no XPath, from character ${place} on`
  return (message.split('\n', 1)[0] ?? '').slice(0, 300).replace(/found $/, 'found its end')
}
