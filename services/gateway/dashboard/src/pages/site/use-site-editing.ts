import { ApiFailure, type Presence } from '@seine/client'
import type { SiteEntry } from '@seine/contracts'
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks'
import { client, describeError } from '../../api.ts'
import { t } from '../../i18n.ts'
import { fieldErrors } from '../../ui/field-errors.ts'
import { attempt, say } from '../../ui/toasts.tsx'
import { type DraftErrors, draftOf, placeOf, problemsOf, type SiteDraft, siteOf } from './site-draft.ts'

const typingAgainMs = 2_000

export interface SiteEditing {
  /** The version that the draft began with. */
  readonly base: SiteEntry
  readonly draft: SiteDraft
  readonly errors: DraftErrors
  /** What somebody else saved meanwhile. Null: nobody did. */
  readonly theirs: SiteEntry | null
  readonly isDirty: boolean
  readonly isBusy: boolean
  change<K extends keyof SiteDraft>(key: K, value: SiteDraft[K]): void
  discard(): void
  save(): Promise<void>
  /** Goes on from theirs, with or without what was typed. */
  takeTheirs(): void
  keepMine(): void
}

/** The draft of a site's settings: others are told that it is worked on, and nothing of theirs is overwritten unseen. */
export function useSiteEditing(entry: SiteEntry, presence: () => Presence | null, reload: () => void): SiteEditing {
  const [base, setBase] = useState(entry)
  const [draft, setDraft] = useState<SiteDraft>(() => draftOf(entry.site))
  const [errors, setErrors] = useState<DraftErrors>({})
  const [theirs, setTheirs] = useState<SiteEntry | null>(null)
  const [isBusy, setBusy] = useState(false)
  const isDirty = JSON.stringify(draft) !== JSON.stringify(draftOf(base.site))
  const beginFrom = (begun: SiteEntry) => {
    setBase(begun)
    setDraft(draftOf(begun.site))
    setErrors({})
    setTheirs(null)
  }

  useEffect(() => {
    // Without changes of one's own the newest is shown; with them it waits to be looked at.
    if (entry.version === base.version) return
    if (isDirty) setTheirs(entry)
    else beginFrom(entry)
  }, [entry])

  useEffect(() => presence()?.set(isDirty ? 'editing' : 'viewing'), [isDirty])

  // A plain effect runs after the next frame: until then the browser would ask about changes that are saved already.
  useLayoutEffect(() => {
    if (!isDirty) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    addEventListener('beforeunload', warn)
    return () => removeEventListener('beforeunload', warn)
  }, [isDirty])

  const lastTyped = useRef({ key: '', atMs: 0 })
  const tellTyping = (key: string) => {
    const now = Date.now()
    if (lastTyped.current.key === key && now - lastTyped.current.atMs <= typingAgainMs) return
    lastTyped.current = { key, atMs: now }
    presence()?.typing(key)
  }

  const refuse = (found: DraftErrors) => {
    setErrors(found)
    requestAnimationFrame(() => document.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus())
  }

  return {
    base,
    draft,
    errors,
    theirs,
    isDirty,
    isBusy,
    change(key, value) {
      setDraft((before) => ({ ...before, [key]: value }))
      setErrors(({ [key]: _, ...rest }) => rest)
      tellTyping(key)
    },
    discard: () => beginFrom(base),
    async save() {
      const problems = problemsOf(draft, (key, value) => t(`problem.${key}`, { value }))
      if (Object.keys(problems).length > 0) return refuse(problems)
      setBusy(true)
      try {
        beginFrom(await client.replaceSite(siteOf(base.site, draft), base.version))
        say('done', t('action.saved'))
        reload()
      } catch (error) {
        if (error instanceof ApiFailure && error.status === 412) {
          setTheirs((await attempt(() => client.getSite(base.site.name))) ?? null)
          return
        }
        const found = Object.entries(fieldErrors(error)).map(([name, text]) => [placeOf(name), text])
        refuse(Object.fromEntries(found))
        say('failed', describeError(error).text)
      } finally {
        setBusy(false)
      }
    },
    takeTheirs: () => theirs !== null && beginFrom(theirs),
    keepMine() {
      if (theirs !== null) setBase(theirs)
      setTheirs(null)
    },
  }
}
