import type { Page } from '@seine/client'
import { t } from '../i18n.ts'

/** Further pages of a list; nothing where there is one. */
export function Pager(props: { pagination: Page<unknown>['pagination']; onPage: (page: number) => void }) {
  const { page, total, total_pages: pages, per_page: perPage } = props.pagination
  if (pages <= 1) return null
  return (
    <nav class="pager" aria-label={t('pager.label')}>
      <button type="button" disabled={page <= 1} onClick={() => props.onPage(page - 1)}>
        {t('pager.previous')}
      </button>
      <span>{t('pager.here', { from: (page - 1) * perPage + 1, to: Math.min(total, page * perPage), total })}</span>
      <button type="button" disabled={page >= pages} onClick={() => props.onPage(page + 1)}>
        {t('pager.next')}
      </button>
    </nav>
  )
}
