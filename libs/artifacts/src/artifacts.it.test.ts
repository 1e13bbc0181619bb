import { createHash, randomBytes } from 'node:crypto'
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { createServer as createHttpServer, request } from 'node:http'
import { createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { jetstreamManager } from '@nats-io/jetstream'
import { Objm } from '@nats-io/obj'
import { connect, type NatsConnection } from '@nats-io/transport-node'
import { startNats, startS3 } from '@seine/testkit'
import { Client } from 'minio'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type ArtifactStore, makeObjectStore, makeS3Store } from './index.ts'
import { partBytes } from './s3-store.ts'

const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')
const read = async (stream: Readable): Promise<Buffer> => Buffer.concat(await stream.toArray())

let spoolDir: string
beforeAll(async () => {
  spoolDir = await mkdtemp(join(tmpdir(), 'artifacts-test-'))
})
afterAll(() => rm(spoolDir, { recursive: true }))

interface Fixture {
  store: ArtifactStore
  /** Bytes (or chunks, or uploads) that lie in the storage under no name. */
  leftovers(): Promise<number>
  /** Puts an object there without our client. */
  plant(path: string, bytes: Buffer): Promise<void>
}

function suite(fixture: () => Fixture): void {
  const store = () => fixture().store

  test('a buffer, a file and a stream read back as they were, with size and hash', async () => {
    const bytes = randomBytes(3_000_000)
    const file = join(spoolDir, 'source.bin')
    await writeFile(file, bytes)
    for (const [path, source] of Object.entries({
      'bulk_runs/a/shop/buffer.bin': bytes,
      'bulk_runs/a/shop/file.bin': { file },
      'bulk_runs/a/shop/stream.bin': Readable.from([bytes.subarray(0, 10), bytes.subarray(10)]),
    })) {
      const put = await store().put(path, source)
      expect(put).toEqual({ path, sha256: sha256Of(bytes), sizeBytes: 3_000_000, wrote: true, reason: 'new' })
      const opened = await store().open(path)
      expect(opened).toMatchObject({ sha256: put.sha256, sizeBytes: 3_000_000 })
      expect(bytes.equals(await read(opened!.stream))).toBe(true)
    }
  })

  test('a part of a file is read alone, wherever it lies', async () => {
    const bytes = randomBytes(1_700_000)
    await store().put('bulk_runs/a/part.bin', bytes)
    for (const range of [
      { first: 0, last: 9 },
      { first: 524_280, last: 524_300 },
      { first: 600_000, last: 1_600_000 },
      { first: 1_699_999, last: 1_699_999 },
    ]) {
      const opened = await store().open('bulk_runs/a/part.bin', range)
      expect(opened).toMatchObject({ sizeBytes: 1_700_000, sha256: sha256Of(bytes) })
      expect(bytes.subarray(range.first, range.last + 1).equals(await read(opened!.stream))).toBe(true)
    }
  })

  test('an empty file is a file', async () => {
    const put = await store().put('bulk_runs/a/empty', Buffer.alloc(0))
    expect(put).toMatchObject({ sizeBytes: 0, wrote: true })
    expect((await read((await store().open('bulk_runs/a/empty'))!.stream)).length).toBe(0)
    expect(await store().put('bulk_runs/a/empty', Buffer.alloc(0))).toMatchObject({ wrote: false })
  })

  test('a file of several parts reads back as it was and leaves no part behind', async () => {
    const bytes = randomBytes(2 * partBytes + 123_457)
    const put = await store().put('bulk_runs/big/reports.zip', Readable.from(inPieces(bytes, 99_991)))
    expect(put).toMatchObject({ wrote: true, sizeBytes: bytes.length, sha256: sha256Of(bytes) })
    expect(await store().stat('bulk_runs/big/reports.zip')).toMatchObject({
      sha256: put.sha256,
      sizeBytes: bytes.length,
    })
    expect(sha256Of(await read((await store().open('bulk_runs/big/reports.zip'))!.stream))).toBe(put.sha256)
    expect(await fixture().leftovers()).toBe(0)
  })

  test('the same bytes are not written again; other bytes replace them', async () => {
    const path = 'bulk_runs/b/shop/full.csv'
    await store().put(path, Buffer.from('one'))
    const before = await store().stat(path)
    expect(await store().put(path, Readable.from([Buffer.from('one')]))).toMatchObject({
      wrote: false,
      reason: 'identical',
    })
    expect((await store().stat(path))!.writtenAtMs).toBe(before!.writtenAtMs)
    expect(await store().put(path, Buffer.from('two'))).toMatchObject({ wrote: true, reason: 'changed' })
    expect((await read((await store().open(path))!.stream)).toString()).toBe('two')
    expect(await fixture().leftovers()).toBe(0)
  })

  test('with its hash given, a stream that is there already is not read', async () => {
    const path = 'bulk_runs/b/shop/seo.csv'
    await store().put(path, Buffer.from('one'))
    const unread = new Readable({
      read() {
        throw new Error('was read')
      },
    })
    expect(await store().put(path, unread, { sha256: sha256Of(Buffer.from('one')) })).toMatchObject({
      wrote: false,
      sizeBytes: 3,
    })
    expect(unread.destroyed).toBe(true)
  })

  test('a source that is not what its hash says is refused and changes nothing', async () => {
    const path = 'bulk_runs/b/shop/diff.csv'
    await store().put(path, Buffer.from('one'))
    await expect(store().put(path, Buffer.from('two'), { sha256: sha256Of(Buffer.from('three')) })).rejects.toThrow(
      /expected sha256/,
    )
    expect((await read((await store().open(path))!.stream)).toString()).toBe('one')
  })

  test('a stream that breaks is visible nowhere and leaves nothing in the store or the temp folder', async () => {
    const path = 'bulk_runs/c/shop/broken.csv'
    await expect(store().put(path, Readable.from(breaking(partBytes * 2)))).rejects.toThrow('the source broke')
    expect(await store().stat(path)).toBeNull()
    expect(await store().open(path)).toBeNull()
    expect(await fixture().leftovers()).toBe(0)
    expect((await readdir(spoolDir)).filter((name) => name.endsWith('.spool'))).toEqual([])
  })

  test('a stream that breaks leaves the file that was there before', async () => {
    const path = 'bulk_runs/c/shop/kept.csv'
    await store().put(path, Buffer.from('kept'))
    await expect(store().put(path, Readable.from(breaking(1_000_000)))).rejects.toThrow('the source broke')
    expect((await read((await store().open(path))!.stream)).toString()).toBe('kept')
  })

  test('files are listed by the start of their path', async () => {
    for (const name of ['x/1', 'x/2', 'xy/3', 'y/4']) await store().put(`listed/${name}`, Buffer.from(name))
    await store().remove('listed/x/2')
    const found = await Array.fromAsync(store().list('listed/x'))
    expect(found.map((entry) => entry.path).sort()).toEqual(['listed/x/1', 'listed/xy/3'])
    expect(found.every((entry) => entry.sizeBytes > 0 && entry.writtenAtMs > 1_600_000_000_000)).toBe(true)
    expect(await Array.fromAsync(store().list('nothing/here'))).toEqual([])
  })

  test('a removed file is gone, and can be written again', async () => {
    await store().put('gone/a', Buffer.from('a'))
    expect(await store().remove('gone/a')).toBe(true)
    expect(await store().remove('gone/a')).toBe(false)
    expect(await store().stat('gone/a')).toBeNull()
    expect(await store().put('gone/a', Buffer.from('a'))).toMatchObject({ wrote: true, reason: 'new' })
  })

  test('a file that was never there is null', async () => {
    expect(await store().stat('never/there')).toBeNull()
    expect(await store().open('never/there')).toBeNull()
  })

  test('an object that another program wrote has its hash too', async () => {
    await fixture().plant('planted/file', Buffer.from('planted'))
    expect(await store().stat('planted/file')).toMatchObject({ sha256: sha256Of(Buffer.from('planted')), sizeBytes: 7 })
    expect(await store().put('planted/file', Buffer.from('planted'))).toMatchObject({ wrote: false })
  })

  test.each(['../etc/passwd', '/abs', 'a//b', 'a/../b', 'a\\b', 'a\nb', '', 'a/'])(
    'the path %j is refused',
    async (path) => {
      await expect(store().put(path, Buffer.from('x'))).rejects.toThrow(/not an artifact path/)
    },
  )

  test('a store that answers has nothing to report', async () => {
    expect(await store().check()).toBeNull()
  })
}

describe('on a JetStream object store', () => {
  let nats: Awaited<ReturnType<typeof startNats>>
  let nc: NatsConnection
  let fixture: Fixture
  beforeAll(async () => {
    nats = await startNats()
    nc = await connect({ servers: nats.servers })
    const objects = await new Objm(nc).create('artifacts')
    const jsm = await jetstreamManager(nc)
    fixture = {
      store: await makeObjectStore(nc, { spoolDir }),
      async leftovers() {
        const { state } = await jsm.streams.info('OBJ_artifacts', { subjects_filter: '$O.artifacts.C.>' })
        const named = new Set((await objects.list()).map((info) => `$O.artifacts.C.${info.nuid}`))
        return Object.keys(state.subjects ?? {}).filter((subject) => !named.has(subject)).length
      },
      plant: async (path, bytes) => {
        await objects.putBlob({ name: path }, bytes)
      },
    }
  })
  afterAll(async () => {
    await nc?.close()
    await nats?.stop()
  })

  suite(() => fixture)

  test('nothing is left of a removed file, not even that it was there', async () => {
    const jsm = await jetstreamManager(nc)
    const held = async () => (await jsm.streams.info('OBJ_artifacts')).state.messages
    const before = await held()
    const path = 'bulk_runs/r/shop/pages/a +b=c@d.warc.gz'
    await fixture.store.put(path, Buffer.from('x'))
    expect(await held()).toBe(before + 2)
    expect(await fixture.store.remove(path)).toBe(true)
    expect(await held()).toBe(before)
  })

  test('a reader that is overtaken by another version fails rather than mixing them', async () => {
    const path = 'bulk_runs/d/overtaken'
    await fixture.store.put(path, randomBytes(12_000_000))
    const opened = await fixture.store.open(path)
    const chunks = opened!.stream.iterator()
    await chunks.next()
    await fixture.store.put(path, Buffer.from('other'))
    await expect(
      (async () => {
        for (;;) if ((await chunks.next()).done) return
      })(),
    ).rejects.toThrow(/replaced or removed/)
  })

  test('two puts of one path at once leave one whole file', async () => {
    const [a, b] = [randomBytes(partBytes + 1_000), randomBytes(partBytes + 2_000)]
    await Promise.allSettled([fixture.store.put('race/file', a), fixture.store.put('race/file', b)])
    const bytes = await read((await fixture.store.open('race/file'))!.stream)
    expect([sha256Of(a), sha256Of(b)]).toContain(sha256Of(bytes))
  })

  test('a store that was never provisioned is named in the error', async () => {
    await expect(makeObjectStore(nc, { name: 'nowhere' })).rejects.toThrow(/'nowhere' can't be opened.*provisioned/)
  })
})

describe('on an S3 server', () => {
  let s3: Awaited<ReturnType<typeof startS3>>
  let proxy: Awaited<ReturnType<typeof startProxy>>
  let fixture: Fixture
  const bucket = 'reports'
  beforeAll(async () => {
    s3 = await startS3()
    proxy = await startProxy(Number(new URL(s3.endpoint).port))
    const { accessKey, secretKey, region } = s3
    const url = new URL(s3.endpoint)
    const client = new Client({ endPoint: url.hostname, port: Number(url.port), useSSL: false, accessKey, secretKey })
    fixture = {
      store: await makeS3Store({ endpoint: proxy.endpoint, accessKey, secretKey, region, bucket, spoolDir }),
      leftovers: async () => proxy.openUploads(),
      plant: async (path, bytes) => {
        await client.putObject(bucket, path, bytes)
      },
    }
  })
  afterAll(async () => {
    proxy?.close()
    await s3?.stop()
  })

  suite(() => fixture)

  test('an upload that breaks in the middle is aborted and invisible', async () => {
    proxy.failOnPart(2)
    await expect(fixture.store.put('cut/file', randomBytes(3 * partBytes))).rejects.toThrow()
    expect(await fixture.store.stat('cut/file')).toBeNull()
    expect(proxy.openUploads()).toBe(0)
    expect(await fixture.store.put('cut/file', randomBytes(3 * partBytes))).toMatchObject({ wrote: true })
  })

  test('a server that accepts and says nothing is given up', async () => {
    const mute = createServer(() => {})
    const endpoint = `http://127.0.0.1:${await listen(mute)}`
    await expect(
      makeS3Store({ endpoint, accessKey: 'a', secretKey: 'b', bucket, silenceTimeoutMs: 200 }),
    ).rejects.toThrow(/bucket 'reports' at http:\/\/127\.0\.0\.1:\d+: .*nothing for 200 ms/)
    mute.close()
  })

  test('a wrong key is refused at the start, with the bucket named', async () => {
    const { endpoint, accessKey } = s3
    await expect(makeS3Store({ endpoint, accessKey, secretKey: 'wrong', bucket })).rejects.toThrow(/bucket 'reports'/)
  })
})

function* inPieces(bytes: Buffer, size: number): Generator<Buffer> {
  for (let start = 0; start < bytes.length; start += size) yield bytes.subarray(start, start + size)
}

async function* breaking(afterBytes: number): AsyncGenerator<Buffer> {
  for (let sent = 0; sent < afterBytes; sent += 65_536) yield randomBytes(65_536)
  throw new Error('the source broke')
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as { port: number }).port
}

/** Passes requests on to a local S3 server, counts the uploads that are open, and breaks a connection on demand. */
async function startProxy(targetPort: number) {
  let opened = 0
  let closed = 0
  let failing: string | null = null
  const server = createHttpServer((incoming, outgoing) => {
    const url = incoming.url ?? ''
    if (failing !== null && url.includes(failing)) {
      failing = null
      incoming.destroy()
      return
    }
    const { method, headers } = incoming
    const passedOn = request({ host: '127.0.0.1', port: targetPort, method, path: url, headers }, (answer) => {
      const good = (answer.statusCode ?? 500) < 300
      if (good && method === 'POST' && /[?&]uploads/.test(url)) opened++
      // Asking is what counts for an abort: s3rver has none, it forgets uploads by itself.
      if ((good && method === 'POST') || method === 'DELETE') closed += Number(/[?&]uploadId=/.test(url))
      outgoing.writeHead(answer.statusCode ?? 500, answer.headers)
      answer.pipe(outgoing)
    })
    passedOn.on('error', () => outgoing.destroy())
    incoming.pipe(passedOn)
  })
  return {
    endpoint: `http://127.0.0.1:${await listen(server)}`,
    openUploads: () => opened - closed,
    failOnPart: (part: number) => {
      failing = `partNumber=${part}`
    },
    close() {
      server.closeAllConnections()
      server.close()
    },
  }
}
