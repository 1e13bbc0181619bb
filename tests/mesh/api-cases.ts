/** What a case may refer to: ids of things that exist in the mesh, and those that cases before it have made. */
export interface Known {
  readonly run: string
  readonly otherRun: string
  readonly page: string
  readonly pageUrl: string
  readonly host: string
  readonly startUrl: string
  readonly made: Map<string, string>
}

export interface Case {
  /** Values of the path's parameters that are not known by their name. */
  readonly params?: Record<string, string>
  readonly query?: Record<string, string>
  readonly body?: unknown
  readonly headers?: Record<string, string>
  /** Statuses that are right; absent: any 2xx. */
  readonly right?: readonly number[]
  /** Kept for later cases: from the answer's data. */
  readonly keep?: { readonly as: string; readonly from: string }
}

type Cases = Record<string, (known: Known) => Case>

const made = (known: Known, name: string): string => known.made.get(name) ?? 'missing'
const schedule = { name: 'nightly', cron: '0 3 * * *', enabled: false }
const site = (name: string, url: string) => ({ name, startUrls: [url], sitemaps: [], maxPages: 5 })
const webhook = { name: 'contract', url: 'https://hooks.example/seine', events: ['run.finished'] }

/**
 * Good input by operation, in the order in which they are asked: what is made first is changed, then removed. An operation that is
 * not here is asked with the ids that are known, and has to give an answer that the document has.
 */
export const goodCases: Cases = {
  reportError: () => ({
    body: {
      service: 'dashboard',
      message: 'the contract test says hello',
      stack: 'Error: x\n    at a (/app/x.js:1:1)',
    },
    keep: { as: 'fingerprint', from: 'fingerprint' },
  }),
  planRun: () => ({ body: { sites: ['lamps'], limit: 5 } }),
  createRun: () => ({
    body: { sites: ['lamps'], limit: 30, at_most: { ratePerSecond: 5 } },
    keep: { as: 'run', from: 'id' },
  }),
  pauseRun: (known) => ({ params: { id: made(known, 'run') } }),
  resumeRun: (known) => ({ params: { id: made(known, 'run') } }),
  cancelRun: (known) => ({ params: { id: made(known, 'run') } }),
  retryRun: (known) => ({ params: { id: made(known, 'run') }, body: { site: 'lamps' } }),
  // Its sites store no pages.
  reextractRun: (known) => ({ params: { id: known.run }, body: {}, right: [409] }),
  listRuns: () => ({ query: { status: 'completed,cancelled', sort: '-finished', per_page: '1', site: 'lamps' } }),
  listRunEvents: () => ({ query: { limit: '5', level: 'info' } }),
  getArchive: () => ({ headers: { Range: 'bytes=0-99' }, right: [206] }),
  createDiff: (known) => ({ body: { before: known.run, after: known.otherRun }, keep: { as: 'diff', from: 'id' } }),
  getDiff: (known) => ({ params: { id: made(known, 'diff') } }),
  listDiffSites: (known) => ({ params: { id: made(known, 'diff') } }),
  // It is made in the background.
  getDiffFile: (known) => ({ params: { id: made(known, 'diff') }, right: [200, 404, 409] }),
  createSite: (known) => ({ body: site('contract', known.startUrl), keep: { as: 'siteVersion', from: 'version' } }),
  replaceSite: (known) => ({
    params: { site: 'contract' },
    headers: { 'If-Match': `"${made(known, 'siteVersion')}"` },
    body: { ...site('contract', known.startUrl), maxPages: 6 },
    keep: { as: 'siteVersion', from: 'version' },
  }),
  changeSite: (known) => ({
    params: { site: 'contract' },
    headers: { 'If-Match': `"${made(known, 'siteVersion')}"` },
    body: { maxPages: 7 },
    keep: { as: 'siteVersion', from: 'version' },
  }),
  deleteSite: (known) => ({
    params: { site: 'contract' },
    headers: { 'If-Match': `"${made(known, 'siteVersion')}"` },
  }),
  importSites: (known) => ({ query: { dry_run: 'true' }, body: { sites: [site('imported', known.startUrl)] } }),
  testFetch: () => ({ body: {} }),
  getPageHistory: (known) => ({ query: { url: known.pageUrl } }),
  getPagePrices: (known) => ({ query: { url: known.pageUrl } }),
  forceBreaker: () => ({ body: { state: 'automatic', reason: 'the contract test' } }),
  retain: () => ({ body: { dry_run: true } }),
  previewSchedule: () => ({ body: { cron: '*/5 * * * *' } }),
  createSchedule: () => ({ body: schedule, keep: { as: 'schedule', from: 'id' } }),
  getSchedule: (known) => ({ params: { id: made(known, 'schedule') } }),
  replaceSchedule: (known) => ({
    params: { id: made(known, 'schedule') },
    headers: { 'If-Match': '"1"' },
    body: { ...schedule, name: 'weekly' },
  }),
  runSchedule: (known) => ({ params: { id: made(known, 'schedule') }, right: [200, 201, 202, 409] }),
  removeSchedule: (known) => ({ params: { id: made(known, 'schedule') }, headers: { 'If-Match': '"2"' } }),
  // Its host answers nobody: deliveries fail, and that is all.
  createWebhook: () => ({ body: webhook, keep: { as: 'webhook', from: 'id' } }),
  getWebhook: (known) => ({ params: { id: made(known, 'webhook') } }),
  replaceWebhook: (known) => ({
    params: { id: made(known, 'webhook') },
    headers: { 'If-Match': '"1"' },
    body: { ...webhook, name: 'renamed' },
  }),
  rotateWebhook: (known) => ({ params: { id: made(known, 'webhook') }, headers: { 'If-Match': '"2"' } }),
  testWebhook: (known) => ({ params: { id: made(known, 'webhook') } }),
  listDeliveries: (known) => ({ params: { id: made(known, 'webhook') } }),
  removeWebhook: (known) => ({ params: { id: made(known, 'webhook') }, headers: { 'If-Match': '"3"' } }),
  createUser: () => ({ body: { name: 'contract', password: 'correct horse battery', role: 'read' } }),
  changeUser: () => ({ params: { name: 'contract' }, body: { role: 'run' } }),
  removeUser: () => ({ params: { name: 'contract' } }),
  createKey: () => ({ body: { name: 'contract', scope: 'read' }, keep: { as: 'key', from: 'id' } }),
  revokeKey: (known) => ({ params: { id: made(known, 'key') } }),
  // What needs a session or a setup token says so to a key.
  logIn: () => ({ body: { name: 'nobody', password: 'wrong password' }, right: [401] }),
  logOut: () => ({ right: [409] }),
  changePassword: () => ({ body: { current: 'wrong password', new: 'correct horse battery' }, right: [409] }),
  completeSetup: () => ({
    body: { token: 'x'.repeat(43), name: 'second', password: 'correct horse battery' },
    right: [401, 403, 404, 409, 422],
  }),
  getError: (known) => ({ params: { fingerprint: made(known, 'fingerprint') } }),
  resolveError: (known) => ({ params: { fingerprint: made(known, 'fingerprint') } }),
  getDocsAsset: () => ({ params: { file: 'swagger-ui.css' } }),
}

/** The value of a path's parameter where its case says none. */
export function parameterOf(name: string, path: string, known: Known): string {
  if (name === 'id' && path.includes('/pages/')) return known.page
  const values: Record<string, string> = {
    id: path.includes('bulk-runs') ? known.run : (known.made.get(singular(path)) ?? known.run),
    site: 'lamps',
    file: 'full.csv',
    host: known.host,
    name: 'default',
    fingerprint: made(known, 'fingerprint'),
  }
  return values[name] ?? known.run
}

/** `/api/webhooks/{id}` is about a `webhook`. */
const singular = (path: string): string => (path.split('/')[2] ?? '').replace(/s$/, '')
