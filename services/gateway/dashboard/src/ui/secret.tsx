import { t } from '../i18n.ts'
import { attempt } from './toasts.tsx'

/** A secret that is told this once. */
export function Secret({ title, value, onClose }: { title: string; value: string; onClose: () => void }) {
  return (
    <div class="card secret" role="status">
      <strong>{title}</strong>
      <span class="muted">{t('secret.once')}</span>
      <code class="url">{value}</code>
      <div class="actions">
        <button
          type="button"
          onClick={() => void attempt(() => navigator.clipboard.writeText(value), t('action.copied'))}
        >
          {t('action.copy')}
        </button>
        <button type="button" onClick={onClose}>
          {t('secret.done')}
        </button>
      </div>
    </div>
  )
}
