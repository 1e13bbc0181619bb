import { createHash } from 'node:crypto'
import { Agent as HttpAgent } from 'node:http'
import { Agent as HttpsAgent } from 'node:https'
import type { Readable } from 'node:stream'
import { CodedError } from '@seine/runtime'
import { Client } from 'minio'
import { type ArtifactStore, type Backend, type Content, makeArtifactStore } from './store.ts'

export interface S3Config {
  /** `http://host:port` or `https://host`. */
  readonly endpoint: string
  readonly accessKey: string
  readonly secretKey: string
  readonly bucket: string
  /** Absent: `us-east-1`. */
  readonly region?: string
  /** A connection that says nothing for this long is closed. Absent: 60 s. */
  readonly silenceTimeoutMs?: number
  /** Where streams wait until they have ended. Absent: the system's temp folder. */
  readonly spoolDir?: string
}

/** Files above this go up in parts of this size: what one put holds in memory. S3 wants at least 5 MiB and at most 10,000 parts. */
export const partBytes = 16 * 1024 ** 2
const maxParts = 10_000

/**
 * Artifacts in a bucket of an S3 server; the bucket is made if it isn't there. The hash travels as user metadata, so
 * that an object written by someone else is hashed by reading it once.
 */
export async function makeS3Store(config: S3Config): Promise<ArtifactStore> {
  const { bucket, region = 'us-east-1' } = config
  const url = new URL(config.endpoint)
  const client = new Client({
    endPoint: url.hostname.replace(/^\[|\]$/g, ''),
    ...(url.port === '' ? {} : { port: Number(url.port) }),
    useSSL: url.protocol === 'https:',
    accessKey: config.accessKey,
    secretKey: config.secretKey,
    region,
    pathStyle: true,
    transportAgent: agentOf(url.protocol, config.silenceTimeoutMs ?? 60_000) as HttpAgent,
  })
  try {
    if (!(await client.bucketExists(bucket))) await client.makeBucket(bucket, region)
  } catch (error) {
    throw new CodedError('artifacts-unavailable', `bucket '${bucket}' at ${url.origin}: ${messageOf(error)}`)
  }
  return makeArtifactStore(
    makeBackend(client, bucket),
    config.spoolDir === undefined ? {} : { spoolDir: config.spoolDir },
  )
}

function makeBackend(client: Client, bucket: string): Backend {
  async function stat(path: string) {
    const found = await orNull(client.statObject(bucket, path))
    if (found === null) return null
    const sha256: unknown = found.metaData.sha256
    return {
      sizeBytes: found.size,
      sha256: typeof sha256 === 'string' ? sha256 : await hashOf(await client.getObject(bucket, path)),
      writtenAtMs: found.lastModified.getTime(),
    }
  }
  return {
    stat,
    async write(path, content) {
      if (content.sizeBytes > partBytes) return writeParts(client, bucket, path, content)
      const bytes = Buffer.concat(await content.open().toArray())
      await client.putObject(bucket, path, bytes, bytes.length, { 'X-Amz-Meta-Sha256': content.sha256 })
    },
    async read(path, range) {
      const found = await stat(path)
      const asked =
        range === undefined
          ? () => client.getObject(bucket, path)
          : () => client.getPartialObject(bucket, path, range.first, range.last - range.first + 1)
      const stream = found && (await orNull(asked()))
      return stream && { ...found, stream }
    },
    async *list(prefix) {
      for await (const item of client.listObjectsV2(bucket, prefix, true)) {
        const { name, size, lastModified } = item as { name: string; size: number; lastModified: Date }
        yield { path: name, sizeBytes: size, writtenAtMs: lastModified.getTime() }
      }
    },
    async remove(path) {
      if ((await orNull(client.statObject(bucket, path))) === null) return false
      await client.removeObject(bucket, path)
      return true
    },
    async check() {
      try {
        return (await client.bucketExists(bucket)) ? null : `bucket '${bucket}' does not exist`
      } catch (error) {
        return `bucket '${bucket}': ${messageOf(error)}`
      }
    },
  }
}

/**
 * One upload of our own, aborted if anything fails. The client's putObject takes up whatever upload it finds for the
 * same path, also one that another exporter is busy with, and leaves its own behind.
 */
async function writeParts(client: Client, bucket: string, path: string, content: Content): Promise<void> {
  const headers = { 'X-Amz-Meta-Sha256': content.sha256, 'Content-Type': 'application/octet-stream' }
  const uploadID = await client.initiateNewMultipartUpload(bucket, path, headers)
  const parts: { part: number; etag: string }[] = []
  const source = content.open()
  try {
    for await (const bytes of inParts(source, Math.max(partBytes, Math.ceil(content.sizeBytes / maxParts)))) {
      const partNumber = parts.length + 1
      const md5 = createHash('md5').update(bytes).digest('base64')
      const part = await client.uploadPart(
        {
          bucketName: bucket,
          objectName: path,
          uploadID,
          partNumber,
          headers: { 'Content-Length': String(bytes.length), 'Content-MD5': md5 },
        },
        bytes,
      )
      parts.push({ part: partNumber, etag: part.etag })
    }
    await client.completeMultipartUpload(bucket, path, uploadID, parts)
  } catch (error) {
    // The first error is the one to report; an upload that can't be aborted now is invisible and costs room alone.
    await client.abortMultipartUpload(bucket, path, uploadID).catch(() => {})
    throw error
  } finally {
    source.destroy()
  }
}

async function* inParts(source: Readable, sizeBytes: number): AsyncGenerator<Buffer> {
  let chunks: Buffer[] = []
  let held = 0
  for await (const chunk of source as AsyncIterable<Buffer>) {
    let rest = chunk
    while (held + rest.length >= sizeBytes) {
      const head = rest.subarray(0, sizeBytes - held)
      yield Buffer.concat([...chunks, head])
      rest = rest.subarray(head.length)
      chunks = []
      held = 0
    }
    if (rest.length > 0) chunks.push(rest)
    held += rest.length
  }
  if (held > 0) yield Buffer.concat(chunks)
}

async function hashOf(stream: Readable): Promise<string> {
  const hash = createHash('sha256')
  for await (const chunk of stream) hash.update(chunk as Uint8Array)
  return hash.digest('hex')
}

async function orNull<T>(answer: Promise<T>): Promise<T | null> {
  try {
    return await answer
  } catch (error) {
    if (['NotFound', 'NoSuchKey'].includes((error as { code?: string }).code ?? '')) return null
    throw error
  }
}

// The client has no timeouts of its own: a server that accepts and says nothing would hold an export for ever.
function agentOf(protocol: string, silenceTimeoutMs: number): HttpAgent | HttpsAgent {
  const options = { keepAlive: true, timeout: silenceTimeoutMs }
  const agent = protocol === 'https:' ? new HttpsAgent(options) : new HttpAgent(options)
  const connect = agent.createConnection.bind(agent)
  agent.createConnection = (connection, ready) => {
    const socket = connect(connection, ready)
    socket?.on('timeout', () => socket.destroy(new Error(`the server said nothing for ${silenceTimeoutMs} ms`)))
    return socket
  }
  return agent
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message || (error as { code?: string }).code || error.name : String(error)
