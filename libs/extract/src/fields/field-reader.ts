import type { SiteField } from '@seine/contracts'
import type { Json, ValueContext } from './field-value.ts'

/** What one field is on one page. */
export interface FieldReading {
  field: SiteField
  /** Of a list field an array. Null: nothing matched. */
  value: Json
  /** What the selector found, before pattern and type; 0 also where it failed. */
  matches: number
  /** The beginnings of the first of what it found, as found: text, or JSON as text. Made when asked for. */
  samples: () => string[]
  /** Why the selector could not be evaluated. Null: it could. */
  problem: string | null
}

export interface FieldPage extends ValueContext {
  url: string
  html: string
  /** What the page's scripts hold as data: JSON-LD, other JSON, then what the rest of them is handed. */
  json: () => readonly unknown[]
}

/** A field that can't be read on any page, whatever is on it. */
export interface FieldProblem {
  name: string
  /** Its place in the site's fields. */
  index: number
  /** Which of its settings can't be read. */
  option: 'css' | 'xpath' | 'jsonPath' | 'pages' | 'regex' | 'transform'
  problem: string
}

export interface FieldReader {
  /** At most one a field. On every page these give nothing. */
  readonly problems: readonly FieldProblem[]
  /** The fields of a page, in the order of the site's. Never throws. */
  read(page: FieldPage): FieldReading[]
}

/** The reader of a site's selectors; null where it has none. The engines are loaded only here, because most sites have none. */
export async function makeFieldReader(fields: readonly SiteField[] | undefined): Promise<FieldReader | null> {
  if (fields === undefined || fields.length === 0) return null
  const { compileFields } = await import('./compile-fields.ts')
  return compileFields(fields)
}
