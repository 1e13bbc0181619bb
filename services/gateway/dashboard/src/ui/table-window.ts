/** Height of every row of a table: style sheets say the same. */
export const rowHeightPx = 32
/** Rows that are there above and below what is seen, so that scrolling shows no gap. */
const overscan = 8

/** Which rows are seen in a box: from the first to before the last. */
export function windowOf(view: { top: number; height: number }, rows: number): { from: number; to: number } {
  const first = Math.floor(view.top / rowHeightPx) - overscan
  const from = Math.max(0, Math.min(first, rows - 1))
  const count = Math.ceil(view.height / rowHeightPx) + 2 * overscan
  return { from, to: Math.min(rows, from + count) }
}

export interface Sort {
  readonly key: string
  readonly down: boolean
}

/** Sorted copy; equal rows stay as they were, and what has no value comes last either way. */
export function sortRows<Row>(
  rows: readonly Row[],
  by: (row: Row) => number | string | null | undefined,
  down: boolean,
): Row[] {
  const sign = down ? -1 : 1
  return rows
    .map((row) => ({ row, value: by(row) ?? null }))
    .sort((a, b) => {
      if (a.value === b.value) return 0
      if (a.value === null) return 1
      if (b.value === null) return -1
      return a.value < b.value ? -sign : sign
    })
    .map(({ row }) => row)
}
