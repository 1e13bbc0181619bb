import { comparedFields } from './fields.ts'

type Rows = ReadonlyMap<string, Readonly<Record<string, string>>>

export type FieldAgreement = {
  field: string
  /** Pages of which both say the same, as a share of those that both have. */
  share: number
  /** Pages of which the mesh says something at all: two crawlers agree easily where there is nothing to say. */
  filled: number
  /** One page of which they don't. */
  example: { url: string; mesh: string; other: string } | null
}

/** How far another crawler's values are the mesh's, field by field: whether the same work was compared. */
export function compareRows(mesh: Rows, other: Rows): FieldAgreement[] {
  return comparedFields
    .filter(({ column }) => column !== null)
    .map(({ name, within = 0 }) => {
      let both = 0
      let same = 0
      let filled = 0
      let example: FieldAgreement['example'] = null
      for (const [url, row] of mesh) {
        const theirs = other.get(url)?.[name]
        if (theirs === undefined) continue
        const ours = row[name] ?? ''
        both++
        if (ours !== '' && ours !== '0') filled++
        if (isSame(ours, theirs, within)) same++
        else example ??= { url, mesh: ours, other: theirs }
      }
      return { field: name, share: both === 0 ? 0 : same / both, filled, example }
    })
}

/**
 * Blanks don't count, and the apostrophe that keeps a spreadsheet from a formula is none of the page's; numbers are told by
 * value, and are the same where they are apart by no more than this share of ours.
 */
export function isSame(ours: string, theirs: string, within = 0): boolean {
  const a = plain(ours)
  const b = plain(theirs)
  if (a === b) return true
  return a !== '' && b !== '' && Math.abs(Number(a) - Number(b)) <= within * Math.abs(Number(a))
}

function plain(value: string): string {
  return value.replace(/[\s']+/g, '')
}
