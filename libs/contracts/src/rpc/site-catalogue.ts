import { z } from 'zod'
import { defineRpc } from '../define.ts'
import { hostName, hostSchema } from '../host.ts'
import { probeSchema } from '../probe.ts'
import { siteName, siteSchema } from '../site.ts'
import { importReportSchema, maxImportEntries, siteEntrySchema, siteOrders, siteSummarySchema } from '../site-entry.ts'
import { siteFieldsSchema } from '../site-field.ts'
import { pageRequest } from './request.ts'

const siteRef = z.strictObject({ site: siteName })
const version = z.int().positive()

/** The catalogue of sites: what there is, and changing it. */
export const siteCatalogueRpc = {
  listSites: defineRpc({
    name: 'rpc.scheduler.sites.list',
    about: 'Sites with their last run.',
    input: z.strictObject({
      page: pageRequest.page,
      /** Bounded so that the longest rows fit a reply. */
      perPage: z.int().min(1).max(200).default(50),
      /** Part of a name, a group or a start URL, whatever its case. */
      search: z.string().min(1).max(200).optional(),
      group: z.string().max(64).optional(),
      policy: z.string().max(100).optional(),
      enabled: z.boolean().optional(),
      sort: z.enum(siteOrders).default('name'),
    }),
    output: z.strictObject({ sites: z.array(siteSummarySchema), total: z.int() }),
  }),
  getSite: defineRpc({
    name: 'rpc.scheduler.sites.get',
    about: 'One site.',
    input: siteRef,
    output: siteEntrySchema,
  }),
  createSite: defineRpc({
    name: 'rpc.scheduler.sites.create',
    about: 'Adds a site. `invalid` names the fields; `conflict` for a name that is taken.',
    input: z.strictObject({ site: siteSchema }),
    output: siteEntrySchema,
  }),
  replaceSite: defineRpc({
    name: 'rpc.scheduler.sites.replace',
    about:
      'Gives a site another configuration; runs under way keep the one they have. `stale` when it has another version by now.',
    input: z.strictObject({ site: siteSchema, version }),
    output: siteEntrySchema,
  }),
  deleteSite: defineRpc({
    name: 'rpc.scheduler.sites.delete',
    about: 'Takes a site out of the catalogue; its past runs stay. `conflict` while it runs, `stale` as for a change.',
    input: siteRef.extend({ version }),
    output: siteEntrySchema,
  }),
  importSites: defineRpc({
    name: 'rpc.scheduler.sites.import',
    about: 'Adds and changes sites as a `sites.json` has them, all or none; says what becomes of each entry.',
    input: z.strictObject({
      /** As written, unchecked: a bad one is reported beside the others. */
      entries: z.array(z.json()).min(1).max(maxImportEntries),
      dryRun: z.boolean(),
    }),
    output: importReportSchema,
  }),
  testFetch: defineRpc({
    name: 'rpc.scheduler.sites.test-fetch',
    about:
      'Has a fetcher ask for one page of a site, politely, and says what came of it. `invalid` for a URL that is not the site’s.',
    input: siteRef.extend({
      /** Absent: the first of its start URLs. */
      url: z.string().min(1).max(2_048).optional(),
      /** To be tried in place of the site’s own. */
      fields: siteFieldsSchema.optional(),
    }),
    output: probeSchema,
  }),
  listSiteHosts: defineRpc({
    name: 'rpc.scheduler.sites.hosts',
    about: 'The hosts of a site, by name, and how they are asked.',
    input: siteRef.extend({ page: pageRequest.page, perPage: z.int().min(1).max(200).default(50) }),
    output: z.strictObject({
      /** Null: no request was made to it yet. */
      hosts: z.array(z.strictObject({ host: hostName, state: hostSchema.nullable() })),
      total: z.int(),
    }),
  }),
} as const
