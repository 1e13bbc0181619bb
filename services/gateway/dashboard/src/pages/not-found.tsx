import { t } from '../i18n.ts'
import { PageHead } from '../ui/layout.tsx'
import { Empty } from '../ui/states.tsx'

export function NotFound() {
  return (
    <>
      <PageHead title={t('notFound.title')} />
      <Empty title={t('notFound.text')}>
        <a href="/runs">{t('notFound.toRuns')}</a>
      </Empty>
    </>
  )
}
