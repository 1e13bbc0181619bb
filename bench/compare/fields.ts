import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A field that every crawler of the comparison takes from a page: the columns of its CSV, in this order. */
export type ComparedField = {
  name: string
  /** Where the mesh reports it. Null: it is kept, and shows only in what it is for (a text's hash: duplicates). */
  file: 'seo.csv' | 'full.csv' | null
  column: string | null
  /** Numbers this far apart, as a share, are taken for the same: where a word ends is a matter of opinion. */
  within?: number
}

/** One list for all: Scrapy's and Crawlee's scripts read the same file. */
export const comparedFields = JSON.parse(
  readFileSync(join(import.meta.dirname, 'fields.json'), 'utf8'),
) as ComparedField[]
