import type { FieldTransform, SiteField } from '@seine/contracts'
import { RE2JS } from 're2js'
import { readJsonBlock } from '../lenient-json.ts'
import { parsePrice } from '../price.ts'
import { plain } from '../text.ts'
import { isoDate } from './iso-date.ts'

/** What a field may hold. */
export type Json = string | number | boolean | null | Json[] | { [name: string]: Json }

/** What was selected, before it is read by the field's type. */
export type Selected = { text: string } | { json: unknown }

export interface ValueContext {
  /** Makes a URL absolute; null where it is none. */
  resolve: (reference: string) => string | null
  /** The page's, for dates like `3/4/2026`. */
  language: string | null
}

/** Longest text that patterns run over. */
const maxPatternInput = 100_000

/** Reads what was selected as values: none where it has none of the field's type. */
export type ReadValues = (selected: Selected, context: ValueContext) => Json[]

/** Throws where the field's regular expressions are not RE2's. */
export function makeReadValues(field: SiteField): ReadValues {
  const pattern = field.regex === undefined ? null : RE2JS.compile(field.regex)
  const steps = field.transform.map(makeStep)
  const { type } = field

  const texts = (text: string): string[] => {
    // As it is shown: `^` is the first letter, and a line break in the source is a blank like others. JSON is none.
    const matched = pattern === null ? text.trim() : firstMatch(pattern, type === 'json' ? text : plain(text))
    if (matched === null) return []
    return steps.reduce<string[]>((values, step) => values.flatMap(step), [matched])
  }

  return (selected, context) => {
    if ('json' in selected) {
      const { json } = selected
      const isPlain = typeof json === 'string' || typeof json === 'number'
      if (type === 'json') return [json as Json]
      if (typeof json === 'boolean') return [type === 'boolean' ? json : String(json)]
      if (!isPlain) return []
      // A number of JSON has no marks of a locale.
      if (
        typeof json === 'number' &&
        pattern === null &&
        steps.length === 0 &&
        (type === 'number' || type === 'price')
      ) {
        return [json]
      }
      return texts(String(json)).flatMap((text) => readAs(text, type, context))
    }
    return texts(selected.text).flatMap((text) => readAs(text, type, context))
  }
}

function firstMatch(pattern: RE2JS, text: string): string | null {
  const matcher = pattern.matcher(text.slice(0, maxPatternInput))
  if (!matcher.find()) return null
  return matcher.groupCount() > 0 ? matcher.group(1) : matcher.group()
}

function makeStep(transform: FieldTransform): (text: string) => string[] {
  if (transform === 'lowercase') return (text) => [text.toLowerCase()]
  if (transform === 'uppercase') return (text) => [text.toUpperCase()]
  if (transform === 'digits') return (text) => [text.replace(/\D/g, '')]
  if ('split' in transform) return (text) => text.split(transform.split)
  if ('map' in transform) {
    const table = new Map(Object.entries(transform.map).map(([from, to]) => [plain(from).toLowerCase(), to]))
    return (text) => [table.get(plain(text).toLowerCase()) ?? text]
  }
  const pattern = RE2JS.compile(transform.replace)
  return (text) => [pattern.matcher(text.slice(0, maxPatternInput)).replaceAll(transform.with)]
}

const yes = /^(?:true|yes|y|1|on|ja|oui|sí|si|sì|sim|tak|ano|да|はい|是)$/i
const no = /^(?:false|no|n|0|off|nein|non|não|nie|ne|нет|いいえ|否)$/i

function readAs(text: string, type: SiteField['type'], { resolve, language }: ValueContext): Json[] {
  const value = plain(text)
  // An element without a text is there all the same.
  if (type === 'boolean') return [yes.test(value) || !no.test(value)]
  if (value === '') return []
  switch (type) {
    case 'text':
      return [value]
    case 'number':
      return present(numberOf(value))
    case 'price':
      return present(parsePrice(value).amount)
    case 'url':
      return present(resolve(value))
    case 'date':
      return present(isoDate(value, language))
    case 'json':
      return readJsonBlock(text).values.slice(0, 1) as Json[]
  }
}

const present = <T extends Json>(value: T | null): Json[] => (value === null ? [] : [value])

/** The first number of a text, as any locale writes it. */
function numberOf(text: string): number | null {
  const { amount, text: written } = parsePrice(text)
  if (amount === null || written === null) return null
  const sign = text.charAt(text.indexOf(written) - 1)
  return sign === '-' || sign === '−' ? -amount : amount
}
