import { artifactStore, type BucketName, bucketSubject, buckets } from './buckets.ts'
import { type ConsumerSettings, consumers } from './consumers.ts'
import type { MessageDefinition, RpcDefinition } from './define.ts'
import { deliverWork, deliveryResult } from './delivery.ts'
import { discovered } from './discovered.ts'
import { errorReport } from './error-report.ts'
import { eventMessage } from './event.ts'
import { exportResult } from './export-result.ts'
import { exportArchive, exportSite } from './export-work.ts'
import { knownPages } from './known-pages.ts'
import { pageChanges } from './page-changes.ts'
import { pageResult } from './page-result.ts'
import { removeArtifacts } from './retention.ts'
import { fetcherRpc, schedulerRpc } from './rpc.ts'
import { diffResult, exportDiff } from './run-diff.ts'
import { exportSinks } from './run-sinks.ts'
import { type StreamName, streams } from './streams.ts'
import { fetchTask } from './task.ts'

export const serviceNames = ['scheduler', 'fetcher', 'exporter', 'gateway'] as const
export type ServiceName = (typeof serviceNames)[number]

/** `provisioner` makes streams, consumers and buckets; nobody else may. */
export const brokerUsers = [...serviceNames, 'provisioner'] as const
export type BrokerUser = (typeof brokerUsers)[number]

/** All that a service says and hears over the broker. */
interface Access {
  readonly publishes: readonly MessageDefinition[]
  /** Shared consumers that it works on. */
  readonly consumes: readonly ConsumerSettings[]
  /** Shared consumers of others that it looks at. */
  readonly looksAt: readonly ConsumerSettings[]
  /** Streams that it reads in order, with consumers of its own. */
  readonly reads: readonly StreamName[]
  /** Streams that it removes messages from, by subject. */
  readonly purges?: readonly StreamName[]
  /** Streams that it counts messages of. */
  readonly counts: readonly StreamName[]
  readonly readsBuckets: readonly BucketName[]
  /** Reads them too. */
  readonly writesBuckets: readonly BucketName[]
  /** Hears who else writes them. */
  readonly hearsBuckets?: readonly BucketName[]
  readonly serves: readonly RpcDefinition[]
  readonly calls: readonly RpcDefinition[]
  readonly artifacts: 'none' | 'reads' | 'writes'
}

export const serviceAccess: Readonly<Record<ServiceName, Access>> = {
  scheduler: {
    publishes: [
      fetchTask,
      exportSite,
      exportArchive,
      exportDiff,
      removeArtifacts,
      deliverWork,
      eventMessage,
      errorReport,
    ] as readonly MessageDefinition[],
    consumes: Object.values(consumers).filter(({ durable }) => durable.startsWith('scheduler-')),
    looksAt: [consumers.fetchHttp, consumers.fetchBrowser, consumers.outcomes, consumers.discovered],
    reads: [],
    counts: ['TASKS', 'EXPORTS', 'DELIVERIES', 'RESULTS'],
    readsBuckets: ['robots'],
    writesBuckets: ['plans', 'runs', 'hosts'],
    serves: Object.values(schedulerRpc),
    calls: Object.values(fetcherRpc),
    artifacts: 'none',
  },
  fetcher: {
    publishes: [pageResult, discovered, deliveryResult, eventMessage, errorReport] as readonly MessageDefinition[],
    consumes: [consumers.fetchHttp, consumers.fetchBrowser, consumers.deliveries],
    looksAt: [],
    reads: [],
    counts: [],
    readsBuckets: ['plans', 'runs'],
    writesBuckets: ['hosts', 'robots'],
    // That another fetcher has let go of a host's place.
    hearsBuckets: ['hosts'],
    serves: Object.values(fetcherRpc),
    calls: [],
    artifacts: 'writes',
  },
  exporter: {
    publishes: [
      exportResult,
      exportSinks,
      pageChanges,
      knownPages,
      diffResult,
      eventMessage,
      errorReport,
    ] as readonly MessageDefinition[],
    consumes: [consumers.exporter, consumers.removals],
    looksAt: [],
    // The log of a run goes into its archive.
    reads: ['RESULTS', 'EVENTS'],
    // Results of runs that are not kept.
    purges: ['RESULTS'],
    counts: [],
    readsBuckets: ['plans'],
    // That a site is fetched, so that fetchers send the stored pages they hold.
    writesBuckets: ['runs'],
    serves: [],
    calls: [schedulerRpc.readLedger, schedulerRpc.listSiteRuns],
    artifacts: 'writes',
  },
  gateway: {
    publishes: [errorReport] as readonly MessageDefinition[],
    consumes: [],
    looksAt: [],
    reads: ['EVENTS'],
    // What `/api/stats` tells of them.
    counts: Object.keys(streams) as StreamName[],
    readsBuckets: ['services'],
    writesBuckets: ['users', 'sessions', 'api_keys', 'rate_limits', 'presence'],
    serves: [],
    calls: Object.values(schedulerRpc),
    artifacts: 'reads',
  },
}

/** Permissions as nats-server knows them: subjects with wildcards, `deny` goes before `allow`. */
export interface BrokerPermissions {
  readonly publish: { readonly allow: readonly string[]; readonly deny: readonly string[] }
  readonly subscribe: { readonly allow: readonly string[] }
  /** It may answer each request it was sent once, wherever the answer is to go. */
  readonly answers: boolean
}

/** Where a user's answers arrive: nobody else may listen there. */
export const inboxPrefixOf = (user: string): string => `_INBOX_${user.replaceAll(/[^\w-]/g, '_')}`

/** Exactly the subjects that a user needs. */
export function permissionsOf(user: BrokerUser): BrokerPermissions {
  const inbox = `${inboxPrefixOf(user)}.>`
  if (user === 'provisioner')
    return { publish: { allow: ['$JS.API.>'], deny: [] }, subscribe: { allow: [inbox] }, answers: false }
  const access = serviceAccess[user]
  const kept = [...access.readsBuckets, ...access.writesBuckets]
  const objects = `OBJ_${artifactStore.name}`
  const allow = [
    '$JS.API.INFO',
    // The broker's clock is learnt from it.
    infoOf(streams.TASKS.name),
    ...access.publishes.map(({ subjectPattern }) => wildcards(subjectPattern)),
    ...access.consumes.flatMap(working),
    ...access.looksAt.map(({ stream, durable }) => `$JS.API.CONSUMER.INFO.${stream}.${durable}`),
    ...access.counts.map(infoOf),
    ...access.reads.flatMap(reading),
    ...(access.purges ?? []).map((name) => `$JS.API.STREAM.PURGE.${name}`),
    ...kept.flatMap((name) => readingByKey(`KV_${buckets[name].name}`)),
    ...access.writesBuckets.map(writesOf),
    // Each says of itself that it is there.
    infoOf(`KV_${buckets.services.name}`),
    bucketSubject(buckets.services.name, `${user}.>`),
    ...(access.artifacts === 'none' ? [] : readingByKey(objects)),
    ...(access.artifacts === 'writes' ? [`$O.${artifactStore.name}.>`, `$JS.API.STREAM.PURGE.${objects}`] : []),
    ...access.calls.map(({ name }) => name),
  ]
  const own = new Set(access.consumes.map(({ durable }) => durable))
  const foreign = Object.values(consumers).filter(
    ({ stream, durable }) => access.reads.includes(stream) && !own.has(durable),
  )
  return {
    publish: { allow: [...new Set(allow)].sort(), deny: foreign.flatMap(touching).sort() },
    subscribe: {
      allow: [inbox, ...access.serves.map(({ name }) => name).sort(), ...(access.hearsBuckets ?? []).map(writesOf)],
    },
    answers: access.serves.length > 0,
  }
}

/** `work.fetch.<pool>.<host>` → `work.fetch.*.>`: the last variable may have dots in it. */
function wildcards(subjectPattern: string): string {
  return subjectPattern.replace(/<[^<>]+>$/, '>').replaceAll(/<[^<>]+>/g, '*')
}

const writesOf = (name: BucketName) => bucketSubject(buckets[name].name, '>')
const infoOf = (stream: string) => `$JS.API.STREAM.INFO.${stream}`

/** Asking a shared consumer for messages and settling them; acknowledgements of servers with domains have two tokens more. */
const working = ({ stream, durable }: ConsumerSettings) => [
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
  `$JS.ACK.${stream}.${durable}.>`,
  `$JS.ACK.*.*.${stream}.${durable}.>`,
]

/** Reading a stream with consumers of the reader's own. */
const reading = (stream: string) => [
  infoOf(stream),
  `$JS.API.CONSUMER.CREATE.${stream}.>`,
  // With several filters a consumer is made by a nameless request: only where no shared one is there that it could reach.
  ...(Object.values<ConsumerSettings>(consumers).some((consumer) => consumer.stream === stream)
    ? []
    : [`$JS.API.CONSUMER.CREATE.${stream}`]),
  `$JS.API.CONSUMER.INFO.${stream}.*`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.*`,
  `$JS.API.CONSUMER.DELETE.${stream}.*`,
]

/** Reading entries by key, and watching them. */
const readingByKey = (stream: string) => [
  ...reading(stream),
  `$JS.API.DIRECT.GET.${stream}.>`,
  `$JS.API.STREAM.MSG.GET.${stream}`,
  `$JS.FC.${stream}.>`,
]

/** What would take a shared consumer's messages, change it or end it. */
const touching = ({ stream, durable }: ConsumerSettings) => [
  `$JS.API.CONSUMER.CREATE.${stream}.${durable}`,
  `$JS.API.CONSUMER.CREATE.${stream}.${durable}.>`,
  `$JS.API.CONSUMER.MSG.NEXT.${stream}.${durable}`,
  `$JS.API.CONSUMER.DELETE.${stream}.${durable}`,
]

/** How long an answer may take; the longest call waits for less. */
const answerWithin = '2m'

/**
 * The `authorization` block of a nats-server's configuration. `passwordOf` gives what stands in the file: a quoted
 * password, or `$NAME` for one from the server's environment.
 */
export function authorizationConfig(passwordOf: (user: BrokerUser) => string, more: readonly string[] = []): string {
  const list = (subjects: readonly string[]) =>
    `[${subjects.map((subject) => `\n          ${JSON.stringify(subject)}`).join('')}\n        ]`
  const users = brokerUsers.map((user) => {
    const { publish, subscribe, answers } = permissionsOf(user)
    const deny = publish.deny.length === 0 ? '' : `\n        deny: ${list(publish.deny)}`
    return `    {
      user: ${user}
      password: ${passwordOf(user)}
      permissions: {
        publish: {
        allow: ${list(publish.allow)}${deny}
        }
        subscribe: {
        allow: ${list(subscribe.allow)}
        }${answers ? `\n        allow_responses: { max: 1, expires: ${JSON.stringify(answerWithin)} }` : ''}
      }
    }`
  })
  return `authorization {\n  users: [\n${[...users, ...more].join('\n')}\n  ]\n}\n`
}
