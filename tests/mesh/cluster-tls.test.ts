import { execFile } from 'node:child_process'
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { eventually } from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type BrokerCluster, canMakeNetworks, makeBrokerCluster, tlsConfig } from './broker-cluster.ts'

/** Production's configuration of the broker: its nodes know each other by certificates of one authority. */
const run = promisify(execFile)
const subnet = 73

let folder: string
let cluster: BrokerCluster
const folderOf = (node: number) => join(folder, `certificates-${node}`)

const possible = await canMakeNetworks()

describe.skipIf(!possible)('three nodes with TLS between them (root and `ip netns` are needed)', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'seine-cluster-tls-'))
    for (const authority of ['ours', 'another']) await makeAuthority(authority)
    for (const node of [0, 1]) await certify(node, 'ours')
    await certify(2, 'another')
    cluster = await makeBrokerCluster({ dir: folder, config: tlsConfig, subnet, certificatesOf: folderOf })
  })

  afterAll(async () => {
    await cluster?.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  })

  test('form a cluster only with certificates of the same authority', async () => {
    await Promise.all(cluster.nodes.map(({ process }) => process.start()))
    await eventually(async () => expect(await peersOf(0)).toEqual(['nats-1']), { timeoutMs: 20_000 })
    const stranger = cluster.nodes[2]!
    const refusal = async () =>
      (await readFile(stranger.process.logFile, 'utf8')).match(/.*TLS route handshake error.*/)
    await eventually(async () => expect(await refusal()).not.toBeNull(), { timeoutMs: 20_000 })
    console.log((await refusal())![0])
    expect(await peersOf(0)).toEqual(['nats-1'])
    expect(await peersOf(2)).toEqual([])

    await stranger.process.stop()
    await certify(2, 'ours')
    await stranger.process.start()
    await eventually(async () => expect(await peersOf(2)).toEqual(['nats-0', 'nats-1']), { timeoutMs: 20_000 })
    const { body } = await cluster.nodes[0]!.ask('/routez')
    expect(body.num_routes).toBeGreaterThan(0)
    await eventually(async () => expect((await cluster.nodes[2]!.ask('/healthz')).status).toBe(200), {
      timeoutMs: 30_000,
    })
  })
})

/** Names of those that a node has a route to. */
async function peersOf(node: number): Promise<string[]> {
  const { body } = await cluster.nodes[node]!.ask('/routez')
  const routes = (body.routes ?? []) as { remote_name?: string }[]
  return [...new Set(routes.flatMap(({ remote_name }) => remote_name ?? []))].sort()
}

const openssl = (...args: string[]) => run('openssl', args, { cwd: folder })
const newKey = (file: string) => [
  '-newkey',
  'ec',
  '-pkeyopt',
  'ec_paramgen_curve:prime256v1',
  '-nodes',
  '-keyout',
  file,
]

async function makeAuthority(name: string): Promise<void> {
  await openssl('req', '-x509', ...newKey(`${name}.key`), '-out', `${name}.crt`, '-days', '2', '-subj', `/CN=${name}`)
}

/** As the secret `nats-cluster-tls` would be mounted. A node trusts whoever signed its own certificate. */
async function certify(node: number, authority: string): Promise<void> {
  const dir = folderOf(node)
  await mkdir(dir, { recursive: true })
  const extensions = join(dir, 'extensions')
  await writeFile(
    extensions,
    `subjectAltName=IP:10.213.${subnet}.${10 + node}\nextendedKeyUsage=serverAuth,clientAuth\n`,
  )
  await openssl('req', '-new', ...newKey(join(dir, 'tls.key')), '-out', join(dir, 'csr'), '-subj', `/CN=nats-${node}`)
  const signed = ['-CA', `${authority}.crt`, '-CAkey', `${authority}.key`, '-CAcreateserial', '-days', '2']
  await openssl(
    'x509',
    '-req',
    '-in',
    join(dir, 'csr'),
    ...signed,
    '-extfile',
    extensions,
    '-out',
    join(dir, 'tls.crt'),
  )
  await writeFile(join(dir, 'ca.crt'), await readFile(join(folder, `${authority}.crt`)))
}
