import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { silentLogger } from '@seine/runtime'
import { startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { brokerOf } from './broker-of.ts'
import { connectBus } from './bus.ts'

/** A broker that speaks TLS alone and wants to see a certificate of this installation's own authority. */
let nats: TestNats
let folder: string
const file = (name: string) => join(folder, name)
const openssl = (...args: string[]) => execFileSync('openssl', args, { cwd: folder, stdio: 'pipe' })

function makeAuthority(name: string): void {
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
  )
}

function makeCertificate(name: string, authority: string): void {
  writeFileSync(file(`${name}.ext`), 'subjectAltName=IP:127.0.0.1,DNS:localhost\n')
  openssl(
    'req',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-subj',
    `/CN=${name}`,
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.csr`,
  )
  openssl(
    'x509',
    '-req',
    '-in',
    `${name}.csr`,
    '-CA',
    `${authority}.pem`,
    '-CAkey',
    `${authority}.key`,
    '-CAcreateserial',
    '-days',
    '2',
    '-extfile',
    `${name}.ext`,
    '-out',
    `${name}.pem`,
  )
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'seine-tls-'))
  makeAuthority('ours')
  makeAuthority('theirs')
  makeCertificate('broker', 'ours')
  makeCertificate('service', 'ours')
  makeCertificate('stranger', 'theirs')
  const paths = { cert_file: file('broker.pem'), key_file: file('broker.key'), ca_file: file('ours.pem') }
  const lines = Object.entries(paths).map(([name, path]) => `  ${name}: ${JSON.stringify(path)}\n`)
  nats = await startNats({ configuration: `tls {\n${lines.join('')}  verify: true\n}\n` })
})
afterAll(async () => {
  await nats?.stop()
  rmSync(folder, { recursive: true, force: true })
})

const connect = (tls: { ca?: string; own?: string }) =>
  connectBus(
    {
      ...brokerOf(
        {
          NATS_SERVERS: nats.servers,
          ...(tls.ca === undefined ? {} : { NATS_TLS_CA: file(`${tls.ca}.pem`) }),
          ...(tls.own === undefined
            ? {}
            : { NATS_TLS_CERT: file(`${tls.own}.pem`), NATS_TLS_KEY: file(`${tls.own}.key`) }),
        },
        'test',
      ),
      startTimeoutMs: 1,
    },
    silentLogger,
  )

test('a service with a certificate of the authority is let in, and the connection is encrypted', async () => {
  await using bus = await connect({ ca: 'ours', own: 'service' })
  expect(await bus.check()).toBeNull()
  expect(bus.nc.info?.tls_required).toBe(true)
})

test.each([
  ['without a certificate of its own', { ca: 'ours' }],
  ['with one of another authority', { ca: 'ours', own: 'stranger' }],
  ['that trusts another authority', { ca: 'theirs', own: 'service' }],
  ['that trusts nobody in particular', { own: 'service' }],
])('a service %s does not connect', async (_who, tls) => {
  await expect(connect(tls)).rejects.toMatchObject({ code: expect.stringMatching(/^broker-/) })
})
