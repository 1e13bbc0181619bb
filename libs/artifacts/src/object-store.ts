import { Readable } from 'node:stream'
import {
  AckPolicy,
  DeliverPolicy,
  JetStreamApiError,
  type JetStreamManager,
  jetstreamManager,
} from '@nats-io/jetstream'
import { type ObjectInfo, type ObjectStore, Objm, setSha256Backend } from '@nats-io/obj'
import { type NatsConnection, nanos } from '@nats-io/transport-node'
import { artifactStore } from '@seine/contracts'
import { CodedError } from '@seine/runtime'
import { type ArtifactStat, type ArtifactStore, type Backend, type ByteRange, makeArtifactStore } from './store.ts'

export interface ObjectStoreConfig {
  /** Name of the object store. Absent: the mesh's own. */
  readonly name?: string
  /** Where streams wait until they have ended. Absent: the system's temp folder. */
  readonly spoolDir?: string
}

/** Bytes a message; the broker's max payload, 1 MiB, bounds it. A synced write costs the same for 4 KiB and for this. */
const chunkBytes = 512 * 1024
/** Chunks asked for at once: what a slow reader can have in memory. */
const chunksInFlight = 8
/** Times in a row that reading goes on with a new consumer after nothing came. */
const maxSilences = 4

/**
 * Artifacts in a JetStream object store (NATS ADR-20), which must be provisioned. An object's metadata is written last
 * and in one message, so a put that breaks is never visible; the client removes its chunks. A process killed during a
 * put leaves chunks that nothing names: they cost room until they are swept.
 */
export async function makeObjectStore(nc: NatsConnection, config: ObjectStoreConfig = {}): Promise<ArtifactStore> {
  const name = config.name ?? artifactStore.name
  // The client's own choice is a SHA-256 in JavaScript, for browsers: 15 ms of CPU a megabyte instead of 0.6.
  setSha256Backend('native')
  const jsm = await jetstreamManager(nc)
  const store = await new Objm(nc).open(name).catch((error: unknown) => {
    throw new CodedError(
      'artifacts-unavailable',
      `object store '${name}' can't be opened: ${String(error)}; has the mesh been provisioned?`,
    )
  })
  return makeArtifactStore(
    makeBackend(name, store, jsm),
    config.spoolDir === undefined ? {} : { spoolDir: config.spoolDir },
  )
}

function makeBackend(name: string, store: ObjectStore, jsm: JetStreamManager): Backend {
  const stream = `OBJ_${name}`
  const find = async (path: string): Promise<ObjectInfo | null> => {
    const info = await store.info(path)
    return info === null || info.deleted ? null : info
  }
  return {
    async stat(path) {
      const info = await find(path)
      return info === null ? null : statOf(info)
    },
    async write(path, content) {
      const source = content.open()
      try {
        const info = await store.put(
          { name: path, options: { max_chunk_size: chunkBytes } },
          Readable.toWeb(source) as ReadableStream<Uint8Array>,
        )
        if (info.size !== content.sizeBytes)
          throw new Error(`${path}: ${info.size} of ${content.sizeBytes} bytes were stored`)
      } finally {
        source.destroy()
      }
    },
    async read(path, range) {
      const info = await find(path)
      if (info === null) return null
      const chunks = readChunks(jsm, stream, `$O.${name}.C.${info.nuid}`, info.size)
      const wanted = range === undefined ? chunks : within(chunks, range)
      return { ...statOf(info), stream: Readable.from(wanted, { objectMode: false }) }
    },
    async *list(prefix) {
      const messages = readSubject(jsm, stream, `$O.${name}.M.>`, DeliverPolicy.LastPerSubject)
      for await (const { data } of messages) {
        const info = JSON.parse(new TextDecoder().decode(data)) as ObjectInfo
        if (!info.deleted && info.name.startsWith(prefix))
          yield { path: info.name, sizeBytes: info.size, writtenAtMs: Date.parse(info.mtime) }
      }
    },
    async remove(path) {
      if ((await find(path)) === null) return false
      await store.delete(path)
      // What is left of it says that it was deleted, for ever, and every listing would read it.
      await jsm.streams.purge(stream, { filter: metadataSubject(name, path) })
      return true
    },
    async check() {
      try {
        await store.status()
        return null
      } catch (error) {
        return `object store '${name}': ${error instanceof Error ? error.message : String(error)}`
      }
    },
  }
}

/** NATS ADR-20: base64url, padded. */
function metadataSubject(name: string, path: string): string {
  const encoded = Buffer.from(path).toString('base64').replaceAll('+', '-').replaceAll('/', '_')
  return `$O.${name}.M.${encoded}`
}

function statOf(info: ObjectInfo): ArtifactStat {
  const sha256 = Buffer.from(info.digest.replace(/^SHA-256=/, ''), 'base64url').toString('hex')
  return { sizeBytes: info.size, sha256, writtenAtMs: Date.parse(info.mtime) }
}

// Keeps I7: the client's own get() pushes chunks into memory as fast as the broker sends them.
async function* readChunks(
  jsm: JetStreamManager,
  stream: string,
  subject: string,
  sizeBytes: number,
): AsyncGenerator<Uint8Array> {
  let left = sizeBytes
  if (left > 0)
    for await (const { data } of readSubject(jsm, stream, subject, DeliverPolicy.All)) {
      left -= data.byteLength
      yield data
    }
  if (left !== 0) throw new Error(`the object was replaced or removed while it was read: ${left} bytes are missing`)
}

/** A part of bytes that come from the first on: the broker knows no chunk by its place, so what comes before is read too. */
async function* within(chunks: AsyncIterable<Uint8Array>, { first, last }: ByteRange): AsyncGenerator<Uint8Array> {
  let at = 0
  for await (const chunk of chunks) {
    const part = chunk.subarray(Math.max(0, first - at), Math.max(0, last + 1 - at))
    at += chunk.byteLength
    if (part.byteLength > 0) yield part
    if (at > last) return
  }
}

/** Every message of a subject that is there now, a few at a time. */
async function* readSubject(
  jsm: JetStreamManager,
  stream: string,
  subject: string,
  policy: typeof DeliverPolicy.All | typeof DeliverPolicy.LastPerSubject,
): AsyncGenerator<{ data: Uint8Array }> {
  const js = jsm.jetstream()
  let last = 0
  let consumer = await openReader()
  let pending = (await consumer.info()).num_pending
  try {
    for (let silences = 0; pending > 0; ) {
      let received = 0
      try {
        const batch = await consumer.fetch({ max_messages: Math.min(pending, chunksInFlight), expires: 5_000 })
        for await (const message of batch) {
          received++
          last = message.seq
          pending = message.info.pending
          yield { data: message.data }
        }
      } catch (error) {
        if (!(error instanceof JetStreamApiError) && silences >= maxSilences) throw error
      }
      if (received > 0) {
        silences = 0
        continue
      }
      if (++silences > maxSilences) throw new Error(`the broker sends nothing more of ${subject}`)
      consumer = await openReader()
      pending = (await consumer.info()).num_pending
    }
  } finally {
    await consumer.delete().catch(() => false) // it ends by itself after inactive_threshold
  }

  async function openReader() {
    const info = await jsm.consumers.add(stream, {
      ack_policy: AckPolicy.None,
      filter_subject: subject,
      inactive_threshold: nanos(60_000),
      mem_storage: true,
      num_replicas: 1,
      // A second consumer goes on after the last message; with `last per subject` nothing older is wanted again either.
      ...(last === 0
        ? { deliver_policy: policy }
        : { deliver_policy: DeliverPolicy.StartSequence, opt_start_seq: last + 1 }),
    })
    return js.consumers.get(stream, info.name)
  }
}
