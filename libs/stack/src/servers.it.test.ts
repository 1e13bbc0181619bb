import { access, mkdtemp, readFile, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Bus, connectBus } from '@seine/bus'
import { silentLogger } from '@seine/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { findNatsServer, makeNatsServer } from './nats-server.ts'
import { makePostgres } from './postgres.ts'

let dir: string
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'seine-servers-'))
})
afterEach(() => rm(dir, { recursive: true, force: true }))

async function withBus(url: string, use: (bus: Bus) => Promise<void>): Promise<void> {
  await using bus = await connectBus({ servers: [url], name: 'test' }, silentLogger)
  await use(bus)
}

test('what the broker has acknowledged is there after a SIGKILL, at the same address', async () => {
  const binary = await findNatsServer(process.env.PATH)
  const nats = await makeNatsServer({ binary, dir, restart: false })
  await nats.process.start()
  await withBus(nats.url, async (bus) => {
    await (await bus.jsm()).streams.add({ name: 'KEPT', subjects: ['kept'] })
    await bus.js.publish('kept', 'one')
  })
  await nats.process.kill()
  await nats.process.start()
  await withBus(nats.url, async (bus) => {
    const { state } = await (await bus.jsm()).streams.info('KEPT')
    expect(state.messages).toBe(1)
  })
  await nats.process.stop()
})

test('the broker syncs every write and listens on loopback alone', async () => {
  const nats = await makeNatsServer({ binary: 'unused', dir, restart: false })
  const config = await readFile(join(dir, 'nats-server.conf'), 'utf8')
  expect(config).toContain('sync_interval: always')
  expect(config).toContain('host: 127.0.0.1')
  expect(nats.url).toMatch(/^nats:\/\/127\.0\.0\.1:\d+$/)
})

test('a database is made once and kept: the second start finds it with the same password', async () => {
  const first = await makePostgres({ dir, durability: 'fast', restart: false })
  await first.process.start()
  await first.process.stop()
  const second = await makePostgres({ dir, durability: 'fast', restart: false })
  expect(new URL(second.url).password).toBe(new URL(first.url).password)
  await second.process.start()
  await second.process.stop()
})

test('an interrupted first start leaves no half database behind', async () => {
  const made = await makePostgres({ dir, durability: 'fast', restart: false })
  await rm(join(dir, 'data/PG_VERSION'))
  await rm(join(dir, 'data'), { recursive: true })
  const again = await makePostgres({ dir, durability: 'fast', restart: false })
  await again.process.start()
  expect(again.url).not.toBe(made.url)
  await again.process.stop()
})

test.runIf(process.getuid?.() === 0)(
  'started by root, the database runs and owns its files as another user',
  async () => {
    const postgres = await makePostgres({ dir, durability: 'fast', restart: false })
    await postgres.process.start()
    const { uid } = await stat(`/proc/${postgres.process.pid}`)
    expect(uid).not.toBe(0)
    expect((await stat(join(dir, 'data'))).uid).toBe(uid)
    await postgres.process.stop()
  },
)

test.runIf(process.getuid?.() === 0)(
  'in a folder that only root can enter, the database is put below /var/tmp',
  async () => {
    const postgres = await makePostgres({ dir: join(dir, 'deeper'), durability: 'fast', restart: false })
    await postgres.process.start()
    await postgres.process.stop()
    await expect(access(join(dir, 'deeper/data'))).rejects.toThrow()
    await rm(`/var/tmp/seine${join(dir, 'deeper').replaceAll('/', '-')}`, { recursive: true })
  },
)
