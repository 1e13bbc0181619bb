import type { RunDetail } from '@seine/client'
import { useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { formatFullTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { SelectField } from '../../ui/field.tsx'
import { Empty, Loaded } from '../../ui/states.tsx'
import { startComparison } from './start-comparison.ts'

/** Runs that can be chosen of: the latest. */
const maxRuns = 100

/** With which run this one is compared, and which site of it. The earlier of the two is what is compared with. */
export function CompareForm({ run, onClose }: { run: RunDetail; onClose: () => void }) {
  const runs = useResource('ended', () =>
    client.listRuns({ status: ['completed', 'cancelled', 'failed'], perPage: maxRuns }),
  )
  const others = (runs.data?.data ?? []).filter(({ id, options }) => id !== run.id && !options.dry_run)
  const [chosen, choose] = useState<string>()
  const [site, setSite] = useState('')
  const [isBusy, setBusy] = useState(false)
  const other = chosen ?? (others.find(({ id }) => id < run.id) ?? others[0])?.id
  const submit = async (event: Event) => {
    event.preventDefault()
    if (other === undefined) return
    setBusy(true)
    const [before, after] = [run.id, other].sort() as [string, string]
    await startComparison({ before, after, ...(site === '' ? {} : { site }) })
    setBusy(false)
  }
  return (
    <Dialog title={t('compare.formTitle')} onClose={onClose}>
      <form onSubmit={(event) => void submit(event)}>
        <Loaded of={runs}>
          {() =>
            other === undefined ? (
              <Empty title={t('compare.noOther')} />
            ) : (
              <>
                <SelectField
                  label={t('compare.with')}
                  hint={t('compare.withHint')}
                  value={other}
                  options={others.map(({ id, createdAt, status }) => [
                    id,
                    `${formatFullTime(createdAt)} · ${t(`status.${status}`)}`,
                  ])}
                  onChange={choose}
                />
                <SelectField
                  label={t('column.site')}
                  value={site}
                  options={[
                    ['', t('compare.allSites')],
                    ...run.sites.map(({ site: name }) => [name, name] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
                  ]}
                  onChange={setSite}
                />
              </>
            )
          }
        </Loaded>
        <div class="actions end">
          <button type="button" onClick={onClose}>
            {t('action.back')}
          </button>
          <button type="submit" class="primary" disabled={other === undefined || isBusy}>
            {t('compare.do')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}
