import { defineEntity, p } from '@mikro-orm/core'
import type { PageState } from '@seine/contracts'

/** A page of a site as its last export left it. */
export const SitePageEntity = defineEntity({
  name: 'SitePage',
  tableName: 'site_pages',
  indexes: [
    { name: 'site_pages_url', properties: ['site', 'url'] },
    { name: 'site_pages_changed', properties: ['site', 'changedAt'] },
    { name: 'site_pages_unseen', properties: ['lastAt'], where: 'last_at is not null' },
  ],
  properties: {
    /** Of the page for good: see `pageIdOf`. */
    id: p.uuid().primary(),
    site: p.text(),
    url: p.text().collation('C'),
    state: p.text().$type<PageState>(),
    reason: p.text(),
    status: p.integer(),
    title: p.text().nullable(),
    name: p.text().nullable(),
    price: p.double().$type<number>().nullable(),
    currency: p.text().nullable(),
    availability: p.text().nullable(),
    issues: p.array<string>(),
    /** What changed in `changedRunId`. Null: nothing has. */
    changes: p.array<string>(),
    changedRunId: p.uuid().nullable(),
    changedAt: p.datetime(6).nullable(),
    firstRunId: p.uuid(),
    firstAt: p.datetime(6),
    /** The last run that had it in its ledger. Null: the site's last one. */
    lastRunId: p.uuid().nullable(),
    lastAt: p.datetime(6).nullable(),
  },
})

/** The last export of a site whose pages were told. */
export const SiteExportEntity = defineEntity({
  name: 'SiteExport',
  tableName: 'site_exports',
  properties: {
    site: p.text().primary(),
    runId: p.uuid(),
    attempt: p.integer(),
    /** When the site run began. */
    at: p.datetime(6),
    /** Of the run before that one. */
    previousRunId: p.uuid().nullable(),
    previousAt: p.datetime(6).nullable(),
  },
})
