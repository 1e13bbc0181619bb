import type { Bus } from '@seine/bus'
import { schedulerRpc, siteEntrySchema, siteName, siteOrders, siteSchema, siteSummarySchema } from '@seine/contracts'
import { z } from 'zod'
import { ApiError, invalidRequest } from '../http/api-error.ts'
import { as } from '../http/call-options.ts'
import { etagOf, ifMatchHeader, readIfMatch } from '../http/if-match.ts'
import { pageQuery } from '../http/paging.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { mergePatch } from './merge-patch.ts'

export const siteParams = z.strictObject({ site: siteName })

const listQuery = z.strictObject({
  ...pageQuery,
  search: z.string().min(1).max(200).optional(),
  group: z.string().max(64).optional(),
  policy: z.string().max(100).optional(),
  enabled: z
    .enum(['true', 'false'])
    .transform((text) => text === 'true')
    .optional(),
  sort: z.enum(siteOrders).default('name'),
})

const entry = { kind: 'data', status: 200, schema: siteEntrySchema } as const

/** The catalogue: what sites there are, and changing one. */
export function catalogueRoutes({ call }: Pick<Bus, 'call'>): AnyRoute[] {
  return [
    defineRoute({
      method: 'get',
      path: '/api/sites',
      id: 'listSites',
      access: 'read',
      summary: 'Sites with what became of their last run: searched, filtered, sorted.',
      query: listQuery,
      answer: { kind: 'list', item: siteSummarySchema },
      async handle({ query: { page, per_page: perPage, ...which } }, context) {
        const { sites, total } = await call(schedulerRpc.listSites, { page, perPage, ...present(which) }, as(context))
        return { data: sites, page, perPage, total }
      },
    }),
    defineRoute({
      method: 'post',
      path: '/api/sites',
      id: 'createSite',
      access: 'admin',
      summary: 'Adds a site.',
      body: siteSchema,
      answer: { kind: 'data', status: 201, schema: siteEntrySchema },
      async handle({ body: site }, context) {
        const created = await call(schedulerRpc.createSite, { site }, as(context))
        return { data: created, headers: { Location: `/api/sites/${site.name}`, ...etagOf(created.version) } }
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/sites/{site}',
      id: 'getSite',
      access: 'read',
      summary: 'A site: its configuration, its version (ETag), its last run.',
      params: siteParams,
      answer: entry,
      async handle({ params }, context) {
        const found = await call(schedulerRpc.getSite, params, as(context))
        return { data: found, headers: etagOf(found.version) }
      },
    }),
    defineRoute({
      method: 'put',
      path: '/api/sites/{site}',
      id: 'replaceSite',
      access: 'admin',
      summary: 'Gives a site another configuration. Runs under way keep the one they have.',
      params: siteParams,
      headers: ifMatchHeader,
      body: siteSchema,
      answer: entry,
      async handle({ params: { site: name }, body: site }, context) {
        const version = readIfMatch(context)
        refuseRename(name, site.name)
        const changed = await call(schedulerRpc.replaceSite, { site, version }, as(context))
        return { data: changed, headers: etagOf(changed.version) }
      },
    }),
    defineRoute({
      method: 'patch',
      path: '/api/sites/{site}',
      id: 'changeSite',
      access: 'admin',
      summary: 'Changes some fields of a site by a JSON merge patch (RFC 7396): null gives a field its default back.',
      params: siteParams,
      headers: ifMatchHeader,
      body: z.record(z.string(), z.json()),
      answer: entry,
      async handle({ params, body: patch }, context) {
        const version = readIfMatch(context)
        const before = await call(schedulerRpc.getSite, params, as(context))
        const parsed = siteSchema.safeParse(mergePatch(before.site, patch))
        if (!parsed.success) throw invalidRequest(422, 'body', parsed.error)
        refuseRename(params.site, parsed.data.name)
        // Whoever changed it since it was read has made another version of it: then this one is refused.
        const changed = await call(schedulerRpc.replaceSite, { site: parsed.data, version }, as(context))
        return { data: changed, headers: etagOf(changed.version) }
      },
    }),
    defineRoute({
      method: 'delete',
      path: '/api/sites/{site}',
      id: 'deleteSite',
      access: 'admin',
      summary: 'Takes a site out of the catalogue; its past runs stay. Refused while it runs.',
      params: siteParams,
      headers: ifMatchHeader,
      answer: entry,
      async handle({ params: { site } }, context) {
        const version = readIfMatch(context)
        return { data: await call(schedulerRpc.deleteSite, { site, version }, as(context)), message: 'deleted' }
      },
    }),
  ]
}

function refuseRename(name: string, wanted: string): void {
  if (name !== wanted)
    throw new ApiError(422, 'invalid', `name: a site can't be renamed; it is '${name}'`, {
      fields: { name: [`expected '${name}'`] },
    })
}

type Present<T> = { [K in keyof T as undefined extends T[K] ? never : K]: T[K] } & {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>
}

/** What was given. */
export function present<T extends object>(values: T): Present<T> {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>
}
