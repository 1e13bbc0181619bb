import { signal } from '@preact/signals'
import { describeError } from '../api.ts'
import { t } from '../i18n.ts'

interface Toast {
  readonly id: number
  readonly kind: 'done' | 'failed'
  readonly text: string
}

const toasts = signal<readonly Toast[]>([])
const shownForMs = 6_000
const maxToasts = 4
let nextId = 1

const remove = (id: number) => {
  toasts.value = toasts.value.filter((toast) => toast.id !== id)
}

export function say(kind: Toast['kind'], text: string): void {
  const id = nextId++
  toasts.value = [...toasts.value.slice(1 - maxToasts), { id, kind, text }]
  // What failed stays until it is read.
  if (kind === 'done') setTimeout(() => remove(id), shownForMs)
}

/** Does it and says so, or says why not. Gives undefined where it failed. */
export async function attempt<T>(work: () => Promise<T>, done?: string): Promise<T | undefined> {
  try {
    const result = await work()
    if (done !== undefined) say('done', done)
    return result
  } catch (error) {
    const { text, detail } = describeError(error)
    say('failed', detail === null ? text : `${text} ${detail}`)
    return undefined
  }
}

export function Toasts() {
  return (
    <div class="toasts" role="status" aria-live="polite">
      {toasts.value.map(({ id, kind, text }) => (
        <div key={id} class={`toast ${kind}`}>
          <span>{text}</span>
          <button type="button" class="plain" aria-label={t('action.close')} onClick={() => remove(id)}>
            ×
          </button>
        </div>
      ))}
    </div>
  )
}
