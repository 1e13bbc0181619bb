import { formatMove, formatNumber, formatPrice, none } from '../../format.ts'

interface Change {
  readonly field: string | null
  readonly old: string | number | null
  readonly new: string | number | null
  readonly percent: number | null
  readonly currency: string | null
}

/** What a value was and is; of a number how far it moved. Scraped, so shown as text and nothing else. */
export function ChangeValue({ of }: { of: Change }) {
  if (of.field === null) return <span class="muted">{none}</span>
  const text = (value: string | number | null) =>
    value === null
      ? none
      : typeof value === 'string'
        ? value
        : of.currency !== null
          ? formatPrice(value, of.currency)
          : formatNumber(value, 2)
  return (
    <span class="change">
      <span class="muted">{text(of.old)}</span> → {text(of.new)}
      {of.percent !== null && <span class={of.percent < 0 ? 'move down' : 'move up'}>{formatMove(of.percent)}</span>}
    </span>
  )
}
