import { useState } from 'preact/hooks'
import { client, isGone } from '../../api.ts'
import { formatFullTime, formatTime } from '../../format.ts'
import { t } from '../../i18n.ts'
import { Others, usePresence } from '../../live/presence.tsx'
import { useResource } from '../../resource.ts'
import { query } from '../../router.ts'
import { may } from '../../session.ts'
import { PageHead, Tabs } from '../../ui/layout.tsx'
import { Loaded } from '../../ui/states.tsx'
import { RunForm } from '../runs/run-form.tsx'
import { SiteOverview } from './site-overview.tsx'
import { SitePages } from './site-pages.tsx'
import { SiteSettings } from './site-settings.tsx'

export function SitePage({ params }: { params: Record<string, string> }) {
  const name = params.site!
  const entry = useResource(name, () => client.getSite(name))
  const { others, presence } = usePresence(`site.${name}`)
  const [isRunning, run] = useState(false)
  const tab = query.value.get('tab') ?? 'overview'
  return (
    <>
      <PageHead
        title={name}
        above={<a href="/sites">{t('nav.sites')}</a>}
        beside={
          <>
            {entry.data?.site.enabled === false && <span class="tag">{t('sites.off')}</span>}
            <Others members={others} />
          </>
        }
      >
        {may('run') && entry.data !== undefined && (
          <button type="button" onClick={() => run(true)}>
            {t('site.run')}
          </button>
        )}
      </PageHead>
      {!isGone(entry.error) && (
        <Tabs
          label={t('site.tabs')}
          tabs={(['overview', 'pages', 'settings'] as const).map((each) => [
            `/sites/${name}${each === 'overview' ? '' : `?tab=${each}`}`,
            t(`site.tab.${each}`),
            tab === each,
          ])}
        />
      )}
      <Loaded of={entry}>
        {(data) => (
          <>
            {tab === 'settings' ? (
              <SiteSettings entry={data} reload={entry.reload} presence={presence} others={others} />
            ) : tab === 'pages' ? (
              <SitePages site={name} />
            ) : (
              <SiteOverview entry={data} />
            )}
            {tab !== 'pages' && (
              <p class="muted">
                <span title={formatFullTime(data.updatedAt)}>
                  {t('site.updated', { by: data.updatedBy, at: formatTime(data.updatedAt), version: data.version })}
                </span>
                {data.origin === 'file' && ` · ${t('site.fromFile')}`}
              </p>
            )}
          </>
        )}
      </Loaded>
      {isRunning && <RunForm only={name} onClose={() => run(false)} />}
    </>
  )
}
