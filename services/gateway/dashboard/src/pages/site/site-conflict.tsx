import type { SiteEntry } from '@seine/contracts'
import { t } from '../../i18n.ts'
import { differencesOf, placeOf, type SiteDraft, siteOf } from './site-draft.ts'

/** Somebody else was there first: what they changed, and whether to go on from theirs with or without one's own. */
export function SiteConflict(props: {
  base: SiteEntry
  theirs: SiteEntry
  mine: SiteDraft
  onTake: () => void
  onKeep: () => void
}) {
  const { base, theirs, mine } = props
  const changed = differencesOf(base.site, theirs.site)
  const wanted = differencesOf(base.site, siteOf(base.site, mine))
  const both = changed.filter((name) => wanted.includes(name))
  return (
    <div class="failure" role="alert">
      <div>
        <strong>{t('conflict.title', { by: theirs.updatedBy, version: theirs.version })}</strong>
        <div>{t('conflict.changed', { names: changed.map(nameOf).join(', ') })}</div>
        {both.length > 0 && <div>{t('conflict.both', { names: both.map(nameOf).join(', ') })}</div>}
      </div>
      <div class="actions">
        <button type="button" onClick={props.onTake}>
          {t('conflict.take')}
        </button>
        <button type="button" onClick={props.onKeep}>
          {t('conflict.keep')}
        </button>
      </div>
    </div>
  )
}

const nameOf = (name: string): string => {
  const place = placeOf(name)
  return place === 'more' ? name : t(`site.${place as 'startUrls'}`)
}
