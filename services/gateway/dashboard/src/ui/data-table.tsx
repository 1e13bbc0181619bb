import type { ComponentChildren } from 'preact'
import { useLayoutEffect, useRef, useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { rowHeightPx, type Sort, sortRows, windowOf } from './table-window.ts'

export interface Column<Row> {
  readonly key: string
  readonly label: string
  /** Of a column that says by itself what it is. */
  readonly isLabelHidden?: boolean
  /** CSS length. Absent: what is left. */
  readonly width?: string
  readonly isNumber?: boolean
  /** What rows are sorted by. Absent: the column is not sorted. Null and undefined come last. */
  readonly sortBy?: (row: Row) => number | string | null | undefined
  readonly cell: (row: Row) => ComponentChildren
  /** Shown when the pointer rests on a cell that may be cut. */
  readonly title?: (row: Row) => string | undefined
}

/** More than so many rows scroll in a box of their own, and only those that are seen exist. */
const maxInFull = 30

/** Rows that are put away only if there are more of them: a few take no more room than the offer to show them. */
const fewestHidden = 4

/** A table that sorts, and stays smooth with any number of rows: only what is seen of them is there. */
export function DataTable<Row>(props: {
  label: string
  rows: readonly Row[]
  columns: readonly Column<Row>[]
  keyOf: (row: Row) => string
  initialSort?: Sort
  isSelected?: (row: Row) => boolean
  /** Least width before it scrolls sideways. */
  minWidth?: string
  /** Cells show all of their text, on as many lines as it takes; so many rows at first, the rest when they are asked for. */
  wraps?: { readonly first: number }
  empty?: ComponentChildren
}) {
  const { label, rows, columns, keyOf, isSelected, minWidth = '0' } = props
  const [sort, setSort] = useState<Sort | null>(props.initialSort ?? null)
  const box = useRef<HTMLElement>(null)
  const [view, setView] = useState({ top: 0, height: 0 })
  useLayoutEffect(() => {
    const element = box.current!
    const measure = () => setView({ top: element.scrollTop, height: element.clientHeight })
    const watch = new ResizeObserver(measure)
    watch.observe(element)
    element.addEventListener('scroll', measure, { passive: true })
    return () => {
      watch.disconnect()
      element.removeEventListener('scroll', measure)
    }
  }, [])

  const sortColumn = columns.find(({ key }) => key === sort?.key)
  const sorted = sort === null || sortColumn?.sortBy === undefined ? rows : sortRows(rows, sortColumn.sortBy, sort.down)
  const { wraps } = props
  const [isWhole, showWhole] = useState(false)
  // Rows of one height alone can be told from where they are.
  const isLong = wraps === undefined && rows.length > maxInFull
  const isCut = wraps !== undefined && !isWhole && sorted.length > wraps.first + fewestHidden
  const shown = isCut ? sorted.slice(0, wraps.first) : sorted
  const { from, to } = isLong ? windowOf(view, shown.length) : { from: 0, to: shown.length }
  const onSort = (key: string) => setSort(sort?.key === key ? { key, down: !sort.down } : { key, down: false })

  const shape = isLong ? ' long' : wraps !== undefined ? ' wraps' : ''
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls has to be reached by keyboard
    <section ref={box} class={`table-box${shape}`} tabIndex={0} aria-label={label}>
      <table aria-rowcount={rows.length + 1} style={{ '--least': minWidth }}>
        <colgroup>
          {columns.map(({ key, width }) => (
            <col key={key} style={width === undefined ? {} : { width }} />
          ))}
        </colgroup>
        <thead>
          <tr aria-rowindex={1}>
            {columns.map(({ key, label: name, isLabelHidden, isNumber, sortBy }) => (
              <th
                key={key}
                scope="col"
                class={isNumber ? 'number' : ''}
                aria-sort={sort?.key !== key ? undefined : sort.down ? 'descending' : 'ascending'}
              >
                {sortBy === undefined ? (
                  <span class={isLabelHidden ? 'hidden' : ''}>{name}</span>
                ) : (
                  <button type="button" class="sort" onClick={() => onSort(key)}>
                    {name}
                    <span aria-hidden="true" class="arrow">
                      {sort?.key !== key ? '' : sort.down ? '↓' : '↑'}
                    </span>
                  </button>
                )}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          <Spacer rows={from} />
          {shown.slice(from, to).map((row, index) => (
            <tr
              key={keyOf(row)}
              aria-rowindex={from + index + 2}
              class={isSelected?.(row) === true ? 'selected' : undefined}
            >
              {columns.map(({ key, isNumber, cell, title }) => (
                <td key={key} class={isNumber ? 'number' : ''} title={title?.(row)}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
          <Spacer rows={shown.length - to} />
        </tbody>
      </table>
      {isCut && (
        <div class="rest">
          <button type="button" class="plain" onClick={() => showWhole(true)}>
            {t('table.rest', { n: rows.length - shown.length })}
          </button>
        </div>
      )}
      {rows.length === 0 && <div class="empty">{props.empty ?? t('table.empty')}</div>}
    </section>
  )
}

function Spacer({ rows }: { rows: number }) {
  return rows === 0 ? null : <tr class="spacer" style={{ height: `${rows * rowHeightPx}px` }} />
}
