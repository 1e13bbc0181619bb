import { signal } from '@preact/signals'
import type { ComponentChildren } from 'preact'
import { useEffect, useRef } from 'preact/hooks'
import { t } from '../i18n.ts'

/** A modal dialog: the browser keeps the focus in it, closes it with Escape and gives the focus back. */
export function Dialog(props: { title: string; onClose: () => void; children: ComponentChildren; isWide?: boolean }) {
  const dialog = useRef<HTMLDialogElement>(null)
  useEffect(() => dialog.current!.showModal(), [])
  return (
    <dialog ref={dialog} class={props.isWide ? 'wide' : ''} aria-labelledby="dialog-title" onClose={props.onClose}>
      <h2 id="dialog-title">{props.title}</h2>
      {props.children}
    </dialog>
  )
}

interface Question {
  readonly title: string
  readonly text: string
  readonly action: string
  readonly answer: (isYes: boolean) => void
}

const question = signal<Question | null>(null)

/** Asks before something is done that can't be taken back. */
export function confirm(asked: Omit<Question, 'answer'>): Promise<boolean> {
  return new Promise((resolve) => {
    question.value = {
      ...asked,
      answer(isYes) {
        question.value = null
        resolve(isYes)
      },
    }
  })
}

export function Confirmation() {
  const asked = question.value
  if (asked === null) return null
  return (
    <Dialog title={asked.title} onClose={() => asked.answer(false)}>
      <p>{asked.text}</p>
      <div class="actions end">
        <button type="button" onClick={() => asked.answer(false)}>
          {t('action.back')}
        </button>
        <button type="button" class="danger" onClick={() => asked.answer(true)}>
          {asked.action}
        </button>
      </div>
    </Dialog>
  )
}
