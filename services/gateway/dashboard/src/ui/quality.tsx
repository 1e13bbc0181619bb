import type { Quality } from '@seine/contracts'
import { t } from '../i18n.ts'
import { More } from './more.tsx'
import { QualityMark } from './status.tsx'

/** What the gates said of a site run, with why where they did not pass it. */
export function QualityCell({ of, site }: { of: Quality | undefined; site: string }) {
  const lines = of?.reasons.map(({ text }) => text) ?? []
  return (
    <More of={{ title: t('quality.of', { site }), lines }}>
      <QualityMark of={of?.status} />
    </More>
  )
}
