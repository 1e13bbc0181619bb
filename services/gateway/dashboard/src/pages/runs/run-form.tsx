import type { RunOptions, RunPlan, SiteSummary } from '@seine/contracts'
import { useEffect, useState } from 'preact/hooks'
import { client, describeError } from '../../api.ts'
import { formatDuration, formatNumber } from '../../format.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { navigate } from '../../router.ts'
import { Dialog } from '../../ui/dialog.tsx'
import { CheckField, SelectField, TextField } from '../../ui/field.tsx'
import { Loaded } from '../../ui/states.tsx'
import { attempt } from '../../ui/toasts.tsx'

/** As typed. */
interface Draft {
  readonly which: 'all' | 'group' | 'chosen'
  readonly group: string
  readonly chosen: ReadonlySet<string>
  readonly concurrency: string
  readonly limit: string
  readonly skipExisting: boolean
  readonly dryRun: boolean
}

const countOf = (text: string): number | undefined =>
  /^\d+$/.test(text) && Number(text) > 0 ? Number(text) : undefined

function optionsOf(draft: Draft): Partial<RunOptions> {
  const concurrency = countOf(draft.concurrency)
  const limit = countOf(draft.limit)
  return {
    ...(draft.which === 'group' ? { group: draft.group } : {}),
    ...(draft.which === 'chosen' ? { sites: [...draft.chosen] } : {}),
    ...(concurrency === undefined ? {} : { concurrency }),
    ...(limit === undefined ? {} : { limit }),
    skip_existing: draft.skipExisting,
    dry_run: draft.dryRun,
  }
}

/** What a run is asked to do, with what it will do before it does it. */
export function RunForm({ onClose, only }: { onClose: () => void; only?: string }) {
  const sites = useResource('sites', () => allSites())
  const [draft, setDraft] = useState<Draft>({
    which: only === undefined ? 'all' : 'chosen',
    group: '',
    chosen: new Set(only === undefined ? [] : [only]),
    concurrency: '',
    limit: '',
    skipExisting: false,
    dryRun: false,
  })
  const [isBusy, setBusy] = useState(false)
  const change = (part: Partial<Draft>) => setDraft((before) => ({ ...before, ...part }))
  const isComplete =
    (draft.which !== 'group' || draft.group !== '') && (draft.which !== 'chosen' || draft.chosen.size > 0)

  const start = async (event: Event) => {
    event.preventDefault()
    if (!isComplete || isBusy) return
    setBusy(true)
    const run = await attempt(() => client.createRun(optionsOf(draft), { idempotencyKey: crypto.randomUUID() }))
    setBusy(false)
    if (run !== undefined) navigate(`/runs/${run.id}`)
  }

  return (
    <Dialog title={t('runForm.title')} onClose={onClose} isWide>
      <form class="run-form" onSubmit={(event) => void start(event)}>
        <Loaded of={sites}>{(data) => <SiteChoice sites={data} draft={draft} change={change} />}</Loaded>
        <div class="columns">
          <TextField
            label={t('runForm.concurrency')}
            hint={t('runForm.concurrencyHint')}
            type="number"
            min={1}
            max={1000}
            value={draft.concurrency}
            onInput={(concurrency) => change({ concurrency })}
          />
          <TextField
            label={t('runForm.limit')}
            hint={t('runForm.limitHint')}
            type="number"
            min={1}
            value={draft.limit}
            onInput={(limit) => change({ limit })}
          />
        </div>
        <CheckField
          label={t('runForm.skipExisting')}
          hint={t('runForm.skipExistingHint')}
          checked={draft.skipExisting}
          onChange={(skipExisting) => change({ skipExisting })}
        />
        <CheckField
          label={t('runForm.dryRun')}
          hint={t('runForm.dryRunHint')}
          checked={draft.dryRun}
          onChange={(dryRun) => change({ dryRun })}
        />
        <Plan options={isComplete ? optionsOf(draft) : null} />
        <div class="actions end">
          <button type="button" onClick={onClose}>
            {t('action.back')}
          </button>
          <button type="submit" class="primary" disabled={!isComplete || isBusy}>
            {t(draft.dryRun ? 'runForm.startDry' : 'runForm.start')}
          </button>
        </div>
      </form>
    </Dialog>
  )
}

/** Sites that can be chosen one by one. */
const maxSites = 10_000

async function allSites(): Promise<SiteSummary[]> {
  const sites: SiteSummary[] = []
  for (let page = 1; ; page++) {
    const { data, pagination } = await client.listSites({ page, perPage: 200 })
    sites.push(...data)
    if (page >= pagination.total_pages || sites.length >= maxSites) return sites
  }
}

const maxShown = 200

function SiteChoice(props: { sites: readonly SiteSummary[]; draft: Draft; change: (part: Partial<Draft>) => void }) {
  const { sites, draft, change } = props
  const [search, setSearch] = useState('')
  const groups = [...new Set(sites.flatMap(({ group }) => (group == null ? [] : [group])))].sort()
  const wanted = search.trim().toLowerCase()
  const found = sites.filter(({ name, startUrl }) => `${name} ${startUrl}`.toLowerCase().includes(wanted))
  const toggle = (name: string, isChosen: boolean) => {
    const chosen = new Set(draft.chosen)
    if (isChosen) chosen.add(name)
    else chosen.delete(name)
    change({ chosen })
  }
  return (
    <>
      <SelectField
        label={t('runForm.sites')}
        value={draft.which}
        options={[
          ['all', t('runForm.allSites', { n: sites.filter(({ enabled }) => enabled).length })],
          ...(groups.length === 0 ? [] : [['group', t('runForm.oneGroup')] as const]),
          ['chosen', t('runForm.chosen')],
        ]}
        onChange={(which) => change({ which: which as Draft['which'] })}
      />
      {draft.which === 'group' && (
        <SelectField
          label={t('runForm.group')}
          value={draft.group}
          options={[['', t('runForm.chooseGroup')], ...groups.map((group) => [group, group] as const)]}
          onChange={(group) => change({ group })}
        />
      )}
      {draft.which === 'chosen' && (
        <fieldset class="choice">
          <legend>{t('runForm.chosenCount', { n: draft.chosen.size })}</legend>
          <TextField label={t('runForm.search')} type="search" value={search} onInput={setSearch} />
          <div class="choice-list">
            {found.slice(0, maxShown).map(({ name }) => (
              <CheckField
                key={name}
                label={name}
                checked={draft.chosen.has(name)}
                onChange={(isChosen) => toggle(name, isChosen)}
              />
            ))}
            {found.length > maxShown && <div class="muted">{t('runForm.more', { n: found.length - maxShown })}</div>}
            {found.length === 0 && <div class="muted">{t('table.empty')}</div>}
          </div>
        </fieldset>
      )}
    </>
  )
}

const planDelayMs = 250

/** Asks what the run would do whenever the options have stood for a moment. */
function Plan({ options }: { options: Partial<RunOptions> | null }) {
  const [state, setState] = useState<{ plan?: RunPlan; error?: unknown }>({})
  const asked = JSON.stringify(options)
  useEffect(() => {
    if (asked === 'null') return setState({})
    let isCurrent = true
    const timer = setTimeout(async () => {
      try {
        const plan = await client.planRun(JSON.parse(asked) as Partial<RunOptions>)
        if (isCurrent) setState({ plan })
      } catch (error) {
        if (isCurrent) setState({ error })
      }
    }, planDelayMs)
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [asked])

  if (options === null) return <div class="plan muted">{t('plan.choose')}</div>
  if (state.error !== undefined) return <div class="plan error">{describeError(state.error).text}</div>
  if (state.plan === undefined) return <div class="plan muted">{t('plan.asking')}</div>
  const { plan } = state
  const slowest = plan.sites.reduce((least, site) => Math.min(least, site.ratePerSecond), Number.POSITIVE_INFINITY)
  return (
    <div class="plan" role="status">
      <strong>{t('plan.sites', { n: plan.sitesTotal })}</strong>
      <ul>
        <li>{t('plan.concurrency', { n: Math.min(plan.concurrency, plan.sitesTotal) })}</li>
        {plan.knownPages > 0 && <li>{t('plan.known', { n: plan.knownPages })}</li>}
        {plan.newSites > 0 && <li>{t('plan.new', { n: plan.newSites })}</li>}
        {Number.isFinite(slowest) && <li>{t('plan.rate', { rate: formatNumber(slowest, 2) })}</li>}
        <li>
          {options.dry_run === true
            ? t('plan.dry')
            : plan.expectedMs === null
              ? t('plan.expectedUnknown')
              : t('plan.expected', { time: formatDuration(plan.expectedMs) })}
        </li>
      </ul>
    </div>
  )
}
