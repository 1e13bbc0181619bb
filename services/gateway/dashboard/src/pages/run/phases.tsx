import type { RunDetail } from '@seine/client'
import { formatDuration } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useNow } from '../../ui/use-now.ts'

/** The steps of a run by name, with how long each took; several go on at once, since sites are not in step. */
export function Phases({ run }: { run: RunDetail }) {
  const nowMs = useNow(run.finishedAt === null ? 1_000 : null)
  const hasBegun = run.steps.some(({ state }) => state !== 'pending')
  return (
    <ol class="phases" aria-label={t('phases.label')}>
      {!hasBegun && (
        <li class="running">
          <span class="name">{t('phases.planning')}</span>
          <span class="note">{t('phases.planningNote', { n: run.sitesTotal })}</span>
        </li>
      )}
      {run.steps.map(({ step, state, startedAt, finishedAt }) => (
        <li key={step} class={state}>
          <span class="name">{t(`step.${step}`)}</span>
          <span class="note">
            {t(`stepState.${state}`)}
            {startedAt !== null &&
              ` · ${formatDuration(Math.max(0, (finishedAt === null ? nowMs : Date.parse(finishedAt)) - Date.parse(startedAt)))}`}
          </span>
        </li>
      ))}
    </ol>
  )
}
