import type { Site, SiteField } from '@seine/contracts'

/** A site's settings as they are typed: lists are lines, numbers and the rarely used parts are text. */
export interface SiteDraft {
  readonly startUrls: string
  readonly sitemaps: string
  readonly hosts: string
  readonly include: string
  readonly exclude: string
  readonly followLinks: boolean
  readonly maxDepth: string
  readonly maxPages: string
  readonly policy: string
  readonly render: Site['render']
  readonly group: string
  readonly enabled: boolean
  readonly storePages: boolean
  readonly residentialProxies: boolean
  readonly fields: readonly SiteField[]
  /** The rest, as JSON: `policyOverrides`, `retain`, `diff`, `quality`. */
  readonly more: string
}

export type DraftErrors = Partial<Record<keyof SiteDraft, string>>

const moreKeys = ['policyOverrides', 'retain', 'diff', 'quality'] as const

export function draftOf(site: Site): SiteDraft {
  const more = Object.fromEntries(moreKeys.flatMap((key) => (site[key] === undefined ? [] : [[key, site[key]]])))
  return {
    startUrls: site.startUrls.join('\n'),
    sitemaps: (site.sitemaps ?? []).join('\n'),
    hosts: site.hosts.join('\n'),
    include: site.include.join('\n'),
    exclude: site.exclude.join('\n'),
    followLinks: site.followLinks,
    maxDepth: String(site.maxDepth),
    maxPages: site.maxPages === undefined ? '' : String(site.maxPages),
    policy: site.policy,
    render: site.render,
    group: site.group ?? '',
    enabled: site.enabled,
    storePages: site.storePages ?? false,
    residentialProxies: site.residentialProxies,
    fields: site.fields ?? [],
    more: Object.keys(more).length === 0 ? '' : JSON.stringify(more, null, 2),
  }
}

export const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '')

/** The site that a draft says. `before`: what the draft began with; an explicitly empty list of sitemaps stays one. */
export function siteOf(before: Site, draft: SiteDraft): Site {
  const { sitemaps: _, maxPages: __, group: ___, fields: ____, storePages: _____, ...kept } = before
  const bare = Object.fromEntries(
    Object.entries(kept).filter(([key]) => !(moreKeys as readonly string[]).includes(key)),
  )
  const sitemaps = linesOf(draft.sitemaps)
  return {
    ...(bare as unknown as Site),
    startUrls: linesOf(draft.startUrls),
    ...(sitemaps.length > 0 || before.sitemaps?.length === 0 ? { sitemaps } : {}),
    hosts: linesOf(draft.hosts),
    include: linesOf(draft.include),
    exclude: linesOf(draft.exclude),
    followLinks: draft.followLinks,
    maxDepth: Number(draft.maxDepth),
    ...(draft.maxPages.trim() === '' ? {} : { maxPages: Number(draft.maxPages) }),
    policy: draft.policy,
    render: draft.render,
    ...(draft.group.trim() === '' ? {} : { group: draft.group.trim() }),
    enabled: draft.enabled,
    ...(draft.storePages || before.storePages !== undefined ? { storePages: draft.storePages } : {}),
    residentialProxies: draft.residentialProxies,
    ...(draft.fields.length > 0 || before.fields !== undefined ? { fields: [...draft.fields] } : {}),
    ...(draft.more.trim() === '' ? {} : (JSON.parse(draft.more) as Partial<Site>)),
  }
}

type Words = (key: 'url' | 'pattern' | 'number' | 'json' | 'required', value: string) => string

/** What is wrong with a draft and can be seen without asking; the API looks at all of it. */
export function problemsOf(draft: SiteDraft, say: Words): DraftErrors {
  const errors: { -readonly [K in keyof SiteDraft]?: string } = {}
  const startUrls = linesOf(draft.startUrls)
  if (startUrls.length === 0) errors.startUrls = say('required', '')
  for (const key of ['startUrls', 'sitemaps'] as const) {
    const bad = linesOf(draft[key]).find((line) => !/^https?:$/.test(URL.parse(line)?.protocol ?? ''))
    if (bad !== undefined) errors[key] = say('url', bad)
  }
  for (const key of ['include', 'exclude'] as const) {
    const bad = linesOf(draft[key]).find((line) => !isPattern(line))
    if (bad !== undefined) errors[key] = say('pattern', bad)
  }
  if (!/^\d{1,4}$/.test(draft.maxDepth.trim())) errors.maxDepth = say('number', draft.maxDepth)
  if (draft.maxPages.trim() !== '' && !/^[1-9]\d*$/.test(draft.maxPages.trim()))
    errors.maxPages = say('number', draft.maxPages)
  if (draft.more.trim() !== '' && !isObject(draft.more)) errors.more = say('json', '')
  return errors
}

function isPattern(source: string): boolean {
  try {
    new RegExp(source)
    return true
  } catch {
    return false
  }
}

function isObject(text: string): boolean {
  try {
    const value: unknown = JSON.parse(text)
    return typeof value === 'object' && value !== null && !Array.isArray(value)
  } catch {
    return false
  }
}

/** Names of the settings in which two sites differ. */
export function differencesOf(a: Site, b: Site): string[] {
  const names = new Set([...Object.keys(a), ...Object.keys(b)])
  const of = (site: Site, name: string) => JSON.stringify((site as Readonly<Record<string, unknown>>)[name])
  return [...names].filter((name) => of(a, name) !== of(b, name)).sort()
}

/** Where the API's name of a setting is on the form. */
export const placeOf = (name: string): keyof SiteDraft =>
  (moreKeys as readonly string[]).includes(name) ? 'more' : (name as keyof SiteDraft)
