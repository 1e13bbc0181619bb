import { policySchema, runOptionsSchema, type Site } from '@seine/contracts'
import { expect, test } from 'vitest'
import type { SiteRunRow } from '../frontier/site-run-row.ts'
import { testSite } from '../testing/fixtures.ts'
import { type Candidate, makeAdmission, maxSitemapsPerSite, priorityOf } from './admission.ts'
import { makeTrapCaps, type TrapCount } from './trap-caps.ts'

interface Given {
  readonly site?: Partial<Record<keyof Site, unknown>>
  readonly maxPages?: number
  readonly admitted?: number
  readonly discovered?: number
  readonly sources?: number
  readonly dryRun?: boolean
  readonly maxUrlsPerSite?: number
  readonly traps?: readonly TrapCount[]
}

function admission(given: Given = {}) {
  const limits = { maxUrlsPerSite: given.maxUrlsPerSite ?? 1_000 }
  return makeAdmission(siteRun(given), limits, makeTrapCaps(given.traps ?? []))
}

function siteRun(given: Given): SiteRunRow {
  return {
    plan: {
      runId: 'r',
      site: testSite('lamps', given.site),
      policy: policySchema.parse({}),
      maxPages: given.maxPages ?? null,
    },
    options: runOptionsSchema.parse({ dry_run: given.dryRun ?? false }),
    admitted: given.admitted ?? 0,
    discovered: given.discovered ?? 0,
    sources: given.sources ?? 0,
  } as SiteRunRow
}

const link = (path: string, more: Partial<Candidate> = {}): Candidate => ({
  url: `https://lamps.test${path}`,
  kind: 'page',
  source: 'link',
  depth: 1,
  redirects: 0,
  ...more,
})
const sitemap = (more: Partial<Candidate> = {}) =>
  link('/sitemap.xml', { kind: 'sitemap', source: 'sitemap', depth: 0, ...more })
const months = (n: number): TrapCount => ({ kind: 'calendar', key: 'https://lamps.test/events/#/#/?', n })
const skipped = (reason: string) => ({ to: 'skipped', reason })

test.each<[string, Given, Candidate, object]>([
  ['a page in scope', {}, link('/a'), { to: 'pending' }],
  ['another host', {}, link('', { url: 'https://desks.test/a' }), skipped('scope-host')],
  ['an excluded page', { site: { exclude: ['/login'] } }, link('/login'), skipped('scope-exclude')],
  ['a page that is not included', { site: { include: ['/p/'] } }, link('/a'), skipped('scope-include')],
  [
    'a start URL need not be included',
    { site: { include: ['/p/'] } },
    link('/', { source: 'start', depth: 0 }),
    { to: 'pending' },
  ],
  [
    'nor need what it redirects to',
    { site: { include: ['/p/'] } },
    link('/en', { source: 'redirect', depth: 0, redirects: 1 }),
    { to: 'pending' },
  ],
  [
    'but on another host it may not',
    {},
    link('', { url: 'https://desks.test/', source: 'redirect', depth: 0, redirects: 1 }),
    skipped('scope-host'),
  ],
  ['a page too deep', { site: { maxDepth: 2 } }, link('/a', { depth: 3 }), skipped('max-depth')],
  ['a page at the deepest', { site: { maxDepth: 2 } }, link('/a', { depth: 2 }), { to: 'pending' }],
  ['a redirect too many', {}, link('/a', { source: 'redirect', redirects: 6 }), skipped('redirect-limit')],
  ['the last redirect', {}, link('/a', { source: 'redirect', redirects: 5 }), { to: 'pending' }],
  ['a trap', {}, link('/a/b/a/b/a/b/a/b'), skipped('trap-repeating-path')],
  [
    'a month of a calendar that is full',
    { traps: [months(1_000)] },
    link('/events/2031/07/'),
    skipped('trap-calendar'),
  ],
  ['its last month', { traps: [months(999)] }, link('/events/2031/07/'), { to: 'pending' }],
  [
    'a redirect to one',
    { traps: [months(1_000)] },
    link('/events/2031/07/', { source: 'redirect' }),
    skipped('trap-calendar'),
  ],
  [
    'one that the run before knew',
    { traps: [months(1_000)] },
    link('/events/2031/07/', { source: 'known' }),
    skipped('trap-calendar'),
  ],
  [
    'one that a sitemap lists',
    { traps: [months(1_000)] },
    link('/events/2031/07/', { source: 'sitemap', depth: 0 }),
    { to: 'pending' },
  ],
  ['links where they are not followed', { site: { followLinks: false } }, link('/a'), { to: 'nowhere', reason: null }],
  [
    'redirects there',
    { site: { followLinks: false } },
    link('/a', { source: 'redirect', redirects: 1 }),
    { to: 'pending' },
  ],
  ['a page of a dry run', { dryRun: true }, link('/a'), skipped('dry-run')],
  ['a sitemap of a dry run', { dryRun: true }, sitemap(), { to: 'pending' }],
  ['a sitemap nested too deep', {}, sitemap({ depth: 6 }), skipped('sitemap-depth')],
  [
    'a sitemap too many',
    { sources: maxSitemapsPerSite, maxUrlsPerSite: 50_000 },
    sitemap(),
    { to: 'nowhere', reason: 'sitemap-limit' },
  ],
  [
    'a sitemap where there shall be none',
    { site: { sitemaps: [] } },
    sitemap({ source: 'robots' }),
    { to: 'nowhere', reason: null },
  ],
  ['a URL over the cap', { discovered: 1_000 }, link('/a'), { to: 'nowhere', reason: 'url-cap' }],
])('%s', (_, given, candidate, expected) => {
  expect(admission(given)(candidate)).toEqual(expected)
})

test('the limit counts what is admitted, exactly, and not what is refused', () => {
  const judge = admission({ maxPages: 3, admitted: 1, site: { exclude: ['/x'] } })
  const verdicts = ['/a', '/x', '/b', '/c'].map((path) => judge(link(path)))
  expect(verdicts).toEqual([{ to: 'pending' }, skipped('scope-exclude'), { to: 'pending' }, skipped('limit')])
})

test('a fresh result counts against the limit as a page would', () => {
  const judge = admission({ maxPages: 1 })
  const result = { recordRunId: 'before', fetchedAtMs: 5 }
  expect(judge(link('/a'), result)).toEqual({ to: 'fresh', result })
  expect(judge(link('/b'), result)).toEqual(skipped('limit'))
})

test('robots goes before sitemaps, sitemaps before pages, near pages before far ones', () => {
  const inOrder = [
    link('/robots.txt', { kind: 'robots' }),
    sitemap(),
    link('/', { depth: 0 }),
    link('/a'),
    link('/b', { depth: 900_000 }),
  ]
  const priorities = inOrder.map(priorityOf)
  expect(priorities).toEqual([...priorities].sort((a, b) => a - b))
  expect(new Set(priorities).size).toBe(5)
  expect(priorities.at(-1)).toBeLessThan(32_768)
})

test('a cap counts what is admitted, exactly, and not what is refused', () => {
  const traps = makeTrapCaps([{ kind: 'facets', key: 'https://lamps.test/all?a&b&c', n: 1_997 }])
  const judge = makeAdmission(siteRun({ maxPages: 3, site: { exclude: ['a=9'] } }), { maxUrlsPerSite: 1_000 }, traps)
  const shop = (a: number) => link(`/all?a=${a}&b=1&c=1`)
  expect([9, 1, 2, 3, 4].map((a) => judge(shop(a)))).toEqual([
    skipped('scope-exclude'),
    { to: 'pending' },
    { to: 'pending' },
    { to: 'pending' },
    skipped('trap-facets'),
  ])
  expect(judge(link('/one'))).toEqual(skipped('limit'))
  expect(traps.counted()).toEqual([{ kind: 'facets', key: 'https://lamps.test/all?a&b&c', n: 3 }])
})
