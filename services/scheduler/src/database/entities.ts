import { defineEntity, p } from '@mikro-orm/core'
import type {
  Artifact,
  Counts,
  DiffCounts,
  Eta,
  Quality,
  RunOptions,
  RunStatus,
  SitePlan,
  SiteRunStatus,
  Step,
  StepState,
  StoredPages,
} from '@seine/contracts'
import { AuditEntity } from '../audit/audit-entity.ts'
import { CatalogueFileEntryEntity, SiteEntity } from '../catalogue/catalogue-entities.ts'
import { RunDiffEntity, RunDiffSiteEntity } from '../diffs/run-diff-entities.ts'
import { ErrorGroupEntity } from '../errors/error-entity.ts'
import { SiteExportEntity, SitePageEntity } from '../pages/pages-entities.ts'
import { ScheduleEntity, ScheduleTickEntity } from '../schedules/schedule-entity.ts'
import { WebhookDeliveryEntity, WebhookEntity } from '../webhooks/webhook-entity.ts'

/** A bulk run. */
export const BulkJobEntity = defineEntity({
  name: 'BulkJob',
  tableName: 'bulk_jobs',
  indexes: [
    { name: 'bulk_jobs_created', properties: ['createdAt'] },
    { name: 'bulk_jobs_active', properties: ['createdAt'], where: "status in ('waiting', 'running')" },
    {
      name: 'bulk_jobs_idempotency',
      properties: ['idempotencyKey', 'createdAt'],
      where: 'idempotency_key is not null',
    },
    { name: 'bulk_jobs_schedule', properties: ['scheduleId'], where: 'schedule_id is not null' },
  ],
  properties: {
    id: p.uuid().primary(),
    status: p.text().$type<RunStatus>(),
    reason: p.text().nullable(),
    options: p.json<RunOptions>(),
    correlationId: p.text(),
    idempotencyKey: p.text().nullable(),
    /** W3C trace context of the request. Null: it was not traced. */
    traceParent: p.text().nullable(),
    /** Null: asked for over the API. */
    scheduleId: p.uuid().nullable(),
    concurrency: p.integer(),
    steps: p.json<StepState[]>(),
    archive: p.json<Artifact>().nullable(),
    /** Null: the archive is one file. */
    archiveParts: p.json<Artifact[]>().nullable(),
    archiveAttempt: p.integer().default(0),
    /** Attempts up to this one don't count any more. */
    archiveBase: p.integer().default(0),
    archiveFailures: p.integer().default(0),
    /** Requests that nobody answered. */
    archiveLost: p.integer().default(0),
    archiveAskedAt: p.datetime(6).nullable(),
    /** What the `runs` bucket was told last. */
    flag: p.text().nullable(),
    pagesPerSecond: p.double().$type<number>().default(0),
    eta: p.json<Eta>(),
    createdAt: p.datetime(6),
    startedAt: p.datetime(6).nullable(),
    finishedAt: p.datetime(6).nullable(),
  },
})

/** A site run: one site inside a run. */
export const BulkJobSiteEntity = defineEntity({
  name: 'BulkJobSite',
  tableName: 'bulk_job_sites',
  indexes: [
    { name: 'bulk_job_sites_order', properties: ['job', 'position'] },
    { name: 'bulk_job_sites_running', properties: ['job'], where: "status = 'running'" },
    { name: 'bulk_job_sites_site', properties: ['site', 'id'] },
    { name: 'bulk_job_sites_site_open', properties: ['site'], where: "status in ('waiting', 'running')" },
    { name: 'bulk_job_sites_last', properties: ['site', 'finishedAt'], where: "status = 'completed'" },
  ],
  properties: {
    id: p.uuid().primary(),
    job: () => p.manyToOne(BulkJobEntity).deleteRule('cascade'),
    site: p.text(),
    position: p.integer(),
    status: p.text().$type<SiteRunStatus>(),
    /** Kept after the end: where it stopped, so where it goes on. */
    step: p.text().$type<Exclude<Step, 'archive'>>().nullable(),
    reason: p.text().nullable(),
    plan: p.json<SitePlan>(),
    /** Where its pages go. */
    pool: p.text(),
    /** `render: auto` and not settled: a page that is a shell is wanted from a browser. */
    looksForShells: p.boolean().default(false),
    /** Pages that were shells. */
    shells: p.integer().default(0),
    /** Since when its pages are held, because one was a shell and nobody has decided what follows. */
    shellSince: p.datetime(6).nullable(),
    /** Since when this site's pages are fetched by browsers, in this run and those before. */
    renderedSince: p.datetime(6).nullable(),
    /** Of the plan, for claims. */
    ratePerSecond: p.double(),
    concurrency: p.integer(),
    maxAttempts: p.integer(),
    /** What its pages have taken of the policy's `retry.siteBudget`, and that budget. */
    retries: p.integer().default(0),
    retryShare: p.double().$type<number>().default(0.25),
    retriesAtLeast: p.integer().default(200),
    /** The site's last complete run when this one started: what known URLs, freshness and the diff refer to. */
    previousRunId: p.uuid().nullable(),
    /** The ledger of pages. Keeps I1 with a check constraint. */
    discovered: p.integer().default(0),
    ok: p.integer().default(0),
    unchanged: p.integer().default(0),
    failed: p.integer().default(0),
    skipped: p.integer().default(0),
    pending: p.integer().default(0),
    /** Pages that count against the limit. */
    admitted: p.integer().default(0),
    /** Sitemap and robots tasks entered, not ended, and ended badly. */
    sources: p.integer().default(0),
    sourcesPending: p.integer().default(0),
    sourcesFailed: p.integer().default(0),
    /** Batches announced by outcomes that count and not entered yet, of pages and of sources. */
    batchesMissing: p.integer().default(0),
    sourceBatchesMissing: p.integer().default(0),
    /** How often finders of missing batches were driven again. */
    batchRounds: p.integer().default(0),
    bytes: p.bigint('number').default(0).ignoreSchemaChanges('default'),
    /** Last URL of the previous run that was taken over. */
    knownAfter: p.text().nullable(),
    knownDone: p.boolean().default(false),
    /** Attempts start above this, so that a site done anew never repeats a message id. */
    attemptBase: p.integer().default(0),
    steps: p.json<StepState[]>(),
    /** Since when nothing is pending while announced batches are missing. */
    settledAt: p.datetime(6).nullable(),
    exportAttempt: p.integer().default(0),
    /** Attempts up to this one don't count any more: pages were fetched since. */
    exportBase: p.integer().default(0),
    exportFailures: p.integer().default(0),
    /** Requests that nobody answered. */
    exportLost: p.integer().default(0),
    /** Times that pages without a record were fetched again. */
    exportRounds: p.integer().default(0),
    exportAskedAt: p.datetime(6).nullable(),
    diff: p.json<DiffCounts>().nullable(),
    quality: p.json<Quality>().nullable(),
    /** The export that is asked for is made from stored pages. */
    reextract: p.boolean().default(false),
    /** The last export was: its records are not what the content keys of its URLs say. */
    reextracted: p.boolean().default(false),
    /** The export whose changes are in `page_changes`. 0: none. */
    changesAttempt: p.integer().default(0),
    /** Null: the site does not store its pages, or they have not been counted. */
    storedPages: p.json<StoredPages>().nullable(),
    artifacts: p.json<Artifact[]>(),
    /** Its results and files are let go of: since when that is planned, begun, and done. */
    retentionPlannedAt: p.datetime(6).nullable(),
    releasedAt: p.datetime(6).nullable(),
    clearedAt: p.datetime(6).nullable(),
    pagesPerSecond: p.double().$type<number>().default(0),
    eta: p.json<Eta>(),
    startedAt: p.datetime(6).nullable(),
    finishedAt: p.datetime(6).nullable(),
  },
  checks: [
    {
      name: 'bulk_job_sites_balance',
      expression: 'discovered = ok + unchanged + failed + skipped + pending',
    },
  ],
  uniques: [{ name: 'bulk_job_sites_job_site', properties: ['job', 'site'] }],
})

/** How many pages of a site run ended with a reason. Outcome `dropped`: seen over the cap, not in the ledger. */
export const BulkJobSiteReasonEntity = defineEntity({
  name: 'BulkJobSiteReason',
  tableName: 'bulk_job_site_reasons',
  properties: {
    siteRun: () => p.manyToOne(BulkJobSiteEntity).primary().deleteRule('cascade'),
    outcome: p.text().primary(),
    reason: p.text().primary(),
    n: p.integer(),
  },
})

/** How many pages of a site run share a trap key (libs/urls). */
export const BulkJobSiteTrapEntity = defineEntity({
  name: 'BulkJobSiteTrap',
  tableName: 'bulk_job_site_traps',
  properties: {
    siteRun: () => p.manyToOne(BulkJobSiteEntity).primary().deleteRule('cascade'),
    kind: p.text().primary(),
    key: p.text().collation('C').primary(),
    n: p.integer(),
  },
})

/** The hosts that a site run has URLs on, and when it last had a turn there. */
export const BulkJobSiteHostEntity = defineEntity({
  name: 'BulkJobSiteHost',
  tableName: 'bulk_job_site_hosts',
  properties: {
    host: p.text().primary(),
    siteRunId: p.uuid().primary().index('bulk_job_site_hosts_run'),
    servedAt: p.datetime(6),
  },
})

/** Progress over time. `site` null: of the whole run. */
export const BulkJobProgressEntity = defineEntity({
  name: 'BulkJobProgress',
  tableName: 'bulk_job_progress',
  properties: {
    id: p.bigint('number').primary().autoincrement(),
    job: () => p.manyToOne(BulkJobEntity).deleteRule('cascade'),
    site: p.text().nullable(),
    at: p.datetime(6),
    counts: p.json<Counts>(),
    bytes: p.bigint('number'),
    pagesPerSecond: p.double(),
    eta: p.json<Eta>(),
  },
  indexes: [{ name: 'bulk_job_progress_job', properties: ['job', 'site', 'at'] }],
})

/** {@link UrlEntity.state} */
export const urlStates = { pending: 0, leased: 1, done: 2 } as const

/** One URL of a site run: the frontier and the ledger. Its id is `urlIdOf`. */
export const UrlEntity = defineEntity({
  name: 'Url',
  tableName: 'urls',
  indexes: [
    { name: 'urls_claim', properties: ['host', 'siteRunId', 'priority', 'nextAttemptAt'], where: 'state = 0' },
    { name: 'urls_slots', properties: ['host', 'leaseUntil'], where: 'lease_until is not null' },
    { name: 'urls_ledger', properties: ['siteRunId', 'url'] },
    { name: 'urls_sources', properties: ['siteRunId'], where: "kind <> 'page'" },
  ],
  properties: {
    id: p.uuid().primary(),
    siteRunId: p.uuid(),
    url: p.text().collation('C'),
    host: p.text(),
    kind: p.text(),
    source: p.text(),
    depth: p.integer(),
    redirects: p.integer(),
    /** Lower goes first. */
    priority: p.smallint(),
    /** A source whose 404 is no failure: a `/sitemap.xml` that nobody named. */
    optional: p.boolean().default(false),
    state: p.smallint(),
    /** Null until done. */
    outcome: p.text().nullable(),
    reason: p.text().default(''),
    detail: p.text().nullable(),
    status: p.smallint().default(0),
    /** Dispatches so far. */
    attempt: p.integer().default(0),
    /** Deferrals that an error caused: what the retry budget counts. */
    failures: p.smallint().default(0),
    /** Leases that ran out. */
    losses: p.smallint().default(0),
    /** Its raw page was a shell. */
    needsBrowser: p.boolean().default(false),
    /** The attempt whose outcome counted. 0: none. */
    wonAttempt: p.integer().default(0),
    nextAttemptAt: p.datetime(6),
    leasedAt: p.datetime(6).nullable(),
    /** Set: holds one of its host's slots, also where it was cancelled while a fetcher had it. */
    leaseUntil: p.datetime(6).nullable(),
    lastmod: p.text().nullable(),
    etag: p.text().nullable(),
    lastModified: p.text().nullable(),
    /** What the record was made of (contracts: ContentKey). */
    contentPage: p.text().nullable(),
    contentExtraction: p.text().nullable(),
    announcedBatches: p.integer().default(0),
    recordRunId: p.uuid().nullable(),
    durationMs: p.float().default(0),
    bytes: p.integer().default(0),
    /** When its result was fetched: for a fresh one taken over, when that was. */
    doneAt: p.datetime(6).nullable(),
  },
})

/** Something that changed of a page between two runs. Its page's id is `pageIdOf`. */
export const PageChangeEntity = defineEntity({
  name: 'PageChange',
  tableName: 'page_changes',
  indexes: [
    { name: 'page_changes_run', properties: ['runId', 'site'] },
    { name: 'page_changes_at', properties: ['at'] },
  ],
  properties: {
    pageId: p.uuid().primary(),
    runId: p.uuid().primary(),
    /** Empty: the page as a whole. */
    field: p.text().primary(),
    site: p.text(),
    url: p.text(),
    change: p.text(),
    old: p.json<string | number>().nullable(),
    new: p.json<string | number>().nullable(),
    difference: p.double().$type<number>().nullable(),
    percent: p.double().$type<number>().nullable(),
    name: p.text().nullable(),
    reason: p.text().nullable(),
    /** Of the page's product in that run. */
    price: p.double().$type<number>().nullable(),
    currency: p.text().nullable(),
    at: p.datetime(6),
  },
})

/** A batch of discovered URLs that was entered. */
export const DiscoveryBatchEntity = defineEntity({
  name: 'DiscoveryBatch',
  tableName: 'discovery_batches',
  properties: { urlId: p.uuid().primary(), attempt: p.integer().primary(), batch: p.integer().primary() },
})

/** What the frontier knows of a host. The clock itself is the fetchers'. */
export const HostEntity = defineEntity({
  name: 'Host',
  tableName: 'hosts',
  indexes: [{ name: 'hosts_wake', properties: ['wakeAt'], where: 'wake_at is not null' }],
  properties: {
    host: p.text().primary(),
    /** Nothing is sent before. */
    dueAt: p.datetime(6).defaultRaw(`'epoch'`).ignoreSchemaChanges('default'),
    /** When a claim has something to look for. Null: not before an outcome or a new URL. */
    wakeAt: p.datetime(6).nullable(),
    /** How long its pages took to answer, the last ones counting most, ms. Null: none has yet. */
    answerMs: p.float().nullable(),
  },
})

/** Events written in the transaction that made them true, published and deleted after it. */
export const OutboxEntity = defineEntity({
  name: 'Outbox',
  tableName: 'outbox',
  properties: {
    id: p.uuid().primary(),
    position: p.bigint('number').autoincrement().unique(),
    event: p.json<unknown>(),
  },
})

export const entities = [
  SiteEntity,
  CatalogueFileEntryEntity,
  AuditEntity,
  BulkJobEntity,
  BulkJobSiteEntity,
  BulkJobSiteReasonEntity,
  BulkJobSiteTrapEntity,
  BulkJobSiteHostEntity,
  BulkJobProgressEntity,
  UrlEntity,
  DiscoveryBatchEntity,
  PageChangeEntity,
  SitePageEntity,
  SiteExportEntity,
  RunDiffEntity,
  RunDiffSiteEntity,
  HostEntity,
  OutboxEntity,
  ScheduleEntity,
  ScheduleTickEntity,
  WebhookEntity,
  WebhookDeliveryEntity,
  ErrorGroupEntity,
]
