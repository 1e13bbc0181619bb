import {
  type ConsumerConfig,
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  type StreamConfig,
} from '@nats-io/jetstream'
import { artifactStore, buckets, type ConsumerSettings, consumers, streams } from '@seine/contracts'
import { CodedError, messageOf } from '@seine/runtime'
import { bucketConfig, consumerConfig, type Installation, objectStoreConfig, streamConfig } from './server-settings.ts'

/**
 * Brings the broker to what the contracts say: creates what is missing, updates what differs, removes nothing. Gives a
 * line for each change; none: it was so already. Throws CodedError `provision-refused` where the server won't.
 */
export async function provision(
  bus: { jsm: () => Promise<JetStreamManager> },
  installation: Installation,
): Promise<string[]> {
  const manager = await bus.jsm()
  const changes: string[] = []
  const wanted = [
    ...Object.values(streams).map((settings) => streamConfig(settings, installation)),
    ...Object.values(buckets).map((settings) => bucketConfig(settings, installation)),
    objectStoreConfig(artifactStore, installation),
  ]
  for (const config of wanted) changes.push(...(await applyStream(manager, config)))
  for (const settings of Object.values(consumers)) changes.push(...(await applyConsumer(manager, settings)))
  return changes
}

async function applyStream(manager: JetStreamManager, wanted: Partial<StreamConfig> & { name: string }) {
  const label = `stream ${wanted.name}`
  const current = await orNull(manager.streams.info(wanted.name), JetStreamApiCodes.StreamNotFound)
  if (current === null) {
    await naming(label, manager.streams.add(wanted))
    return [`${label}: created`]
  }
  const differing = differences(current.config, wanted)
  if (differing.length === 0) return []
  await naming(label, manager.streams.update(wanted.name, wanted))
  return [`${label}: updated ${differing.join(', ')}`]
}

async function applyConsumer(manager: JetStreamManager, settings: ConsumerSettings) {
  const wanted: Partial<ConsumerConfig> = consumerConfig(settings)
  const label = `consumer ${settings.durable}`
  const info = manager.consumers.info(settings.stream, settings.durable)
  const current = await orNull(info, JetStreamApiCodes.ConsumerNotFound)
  if (current === null) {
    await naming(label, manager.consumers.add(settings.stream, wanted))
    return [`${label}: created`]
  }
  // The server keeps one filter under another name than several.
  const { filter_subject: filter, ...config } = current.config
  const differing = differences(filter === undefined ? config : { ...config, filter_subjects: [filter] }, wanted)
  if (differing.length === 0) return []
  await naming(label, manager.consumers.update(settings.stream, settings.durable, wanted))
  return [`${label}: updated ${differing.join(', ')}`]
}

async function orNull<T>(request: Promise<T>, absentCode: number): Promise<T | null> {
  try {
    return await request
  } catch (error) {
    if (error instanceof JetStreamApiError && error.code === absentCode) return null
    throw error
  }
}

async function naming(label: string, request: Promise<unknown>): Promise<void> {
  try {
    await request
  } catch (error) {
    const reason = messageOf(error)
    const advice = /can ?not change/.test(reason) ? ' (it has to be removed first, with all that is in it)' : ''
    throw new CodedError('provision-refused', `${label}: ${reason}${advice}`, { cause: error })
  }
}

/** Settings that the server has otherwise. What it leaves out of its answer has its default. */
function differences(current: object, wanted: object): string[] {
  const have = current as Record<string, unknown>
  return Object.entries(wanted)
    .filter(([key, value]) => !same(have[key], value))
    .map(([key]) => key)
}

const defaults: readonly unknown[] = [undefined, false, 0, -1, '', 'none', 'default', 'all']

function same(current: unknown, wanted: unknown): boolean {
  if (current === undefined) return defaults.includes(wanted)
  return JSON.stringify(current) === JSON.stringify(wanted)
}
