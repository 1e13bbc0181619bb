import { formatNumber, formatPrice, none } from '../../format.ts'

interface Change {
  readonly field: string | null
  readonly old: string | number | null
  readonly new: string | number | null
  readonly currency: string | null
}

/** What a value was and is. Scraped, so shown as text and nothing else. */
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
    </span>
  )
}
