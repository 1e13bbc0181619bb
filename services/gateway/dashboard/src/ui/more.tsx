import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { t } from '../i18n.ts'
import { Dialog } from './dialog.tsx'

interface Details {
  readonly title: string
  /** A sentence each, or a name and what it is. */
  readonly lines: readonly (string | readonly [name: string, value: string])[]
}

const opened = signal<Details | null>(null)

/** What a cell has room for; the rest is a press away. Nothing to press where there is no more. */
export function More({ of, children }: { of: Details; children: ComponentChildren }) {
  if (of.lines.length === 0) return children
  return (
    <button
      type="button"
      class="more"
      aria-haspopup="dialog"
      onClick={() => {
        opened.value = of
      }}
    >
      {children}
    </button>
  )
}

/** Outside of the row that it was opened from: rows come and go. */
export function MoreDialog() {
  const shown = opened.value
  if (shown === null) return null
  const close = () => {
    opened.value = null
  }
  const sentences = shown.lines.filter((line) => typeof line === 'string')
  const pairs = shown.lines.filter((line) => typeof line !== 'string')
  return (
    <Dialog title={shown.title} onClose={close} isWide>
      {sentences.length > 0 && (
        <ul class="sentences">
          {sentences.map((text) => (
            <li key={text}>{text}</li>
          ))}
        </ul>
      )}
      {pairs.length > 0 && (
        <dl class="pairs">
          {pairs.map(([name, value]) => (
            <Pair key={name} name={name} value={value} />
          ))}
        </dl>
      )}
      <div class="actions end">
        <button type="button" onClick={close}>
          {t('action.close')}
        </button>
      </div>
    </Dialog>
  )
}

function Pair({ name, value }: { name: string; value: string }) {
  return (
    <>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </>
  )
}
