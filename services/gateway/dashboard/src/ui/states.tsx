import type { ComponentChildren } from 'preact'
import { describeError, isGone } from '../api.ts'
import { t } from '../i18n.ts'
import type { Resource } from '../resource.ts'

/** What a resource gives, or that it is on its way, or why it is not there. Old data stays beside a new error. */
export function Loaded<T>({
  of,
  head,
  children,
}: {
  of: Resource<T>
  /** Names the page until what it shows does. */
  head?: ComponentChildren
  children: (data: T) => ComponentChildren
}) {
  if (of.data !== undefined)
    return (
      <>
        {of.error !== undefined && <Failure error={of.error} onRetry={of.reload} />}
        {children(of.data)}
      </>
    )
  return (
    <>
      {head}
      {of.error === undefined ? <Loading /> : <Failure error={of.error} onRetry={of.reload} />}
    </>
  )
}

export function Loading() {
  return (
    <div class="loading" role="status">
      {t('state.loading')}
    </div>
  )
}

export function Failure({ error, onRetry }: { error: unknown; onRetry?: () => void }) {
  const { text, detail } = describeError(error)
  return (
    <div class="failure" role="alert">
      <div>
        {text}
        {detail !== null && <div class="muted">{detail}</div>}
      </div>
      {onRetry !== undefined && !isGone(error) && (
        <button type="button" onClick={onRetry}>
          {t('action.tryAgain')}
        </button>
      )}
    </div>
  )
}

/** Nothing to show, and what would change that. */
export function Empty({ title, children }: { title: string; children?: ComponentChildren }) {
  return (
    <div class="empty">
      <strong>{title}</strong>
      {children !== undefined && <div class="muted">{children}</div>}
    </div>
  )
}
