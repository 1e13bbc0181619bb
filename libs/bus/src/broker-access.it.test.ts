import { makeObjectStore } from '@seine/artifacts'
import {
  authorizationConfig,
  type BrokerUser,
  buckets,
  consumers,
  errorReport,
  newId,
  schedulerRpc,
  serviceAccess,
  serviceNames,
} from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { eventually, startNats, type TestNats } from '@seine/testkit'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Bus, connectBus } from './bus.ts'
import { provision } from './provision.ts'

/** Each service under its own user against a real server: it can do its work, and nothing else. */
let nats: TestNats
const buses = {} as Record<BrokerUser, Bus>
const passwordOf = (user: BrokerUser) => `password-of-${user}`

beforeAll(async () => {
  nats = await startNats({ configuration: authorizationConfig((user) => JSON.stringify(passwordOf(user))) })
  for (const user of ['provisioner', ...serviceNames] as const) {
    const options = { servers: nats.servers, user, password: passwordOf(user), name: user }
    buses[user] = await connectBus(options, silentLogger)
    if (user === 'provisioner') await provision(buses[user], { replicas: 1 })
  }
})
afterAll(async () => {
  for (const bus of Object.values(buses)) await bus[Symbol.asyncDispose]()
  await nats?.stop()
})

/** Null: the server took it. Otherwise what it says to publishing there. */
async function refusalOf(user: BrokerUser, subject: string, body = ''): Promise<string | null> {
  const { nc } = buses[user]
  const refused = Promise.withResolvers<string>()
  const watch = async () => {
    for await (const status of nc.status())
      if (status.type === 'error' && status.error.message.includes(subject)) refused.resolve(status.error.message)
  }
  void watch()
  nc.publish(subject, body)
  await nc.flush()
  return Promise.race([refused.promise, new Promise<null>((resolve) => setTimeout(resolve, 200, null))])
}

test('whoever has no user is not let in', async () => {
  const connecting = connectBus({ servers: nats.servers, name: 'nobody', startTimeoutMs: 1 }, silentLogger)
  await expect(connecting).rejects.toMatchObject({ code: 'broker-refused' })
})

test('credentials may stand in the address, and are not shown when they are wrong', async () => {
  const address = (password: string) => nats.url.replace('://', `://gateway:${password}@`)
  const bus = await connectBus({ servers: [address(passwordOf('gateway'))], name: 'x' }, silentLogger)
  await bus[Symbol.asyncDispose]()
  const wrong = connectBus({ servers: [address('hunter2hunter2')], name: 'x', startTimeoutMs: 1 }, silentLogger)
  await expect(wrong).rejects.toSatisfy((error: Error) => !error.message.includes('hunter2'))
})

test.each(serviceNames)('%s learns the time and reports its errors', async (user) => {
  const bus = buses[user]
  expect(await bus.check()).toBeNull()
  expect(Math.abs(bus.nowMs() - Date.now())).toBeLessThan(5_000)
  const report = errorReport.schema.safeParse({})
  expect(report.success).toBe(false)
  expect(await refusalOf(user, `error.${user}`)).toBeNull()
})

test.each(serviceNames)('%s writes its buckets, reads those it reads, and no others', async (user) => {
  const { readsBuckets, writesBuckets } = serviceAccess[user]
  for (const name of writesBuckets) {
    const bucket = await buses[user].bucket<string>(buckets[name])
    const revision = await bucket.put('a.b', 'x')
    expect(await bucket.update('a.b', 'y', revision)).not.toBeNull()
    expect((await bucket.get('a.b'))?.value).toBe('y')
    expect(await bucket.list('a.>')).toHaveLength(1)
    await bucket.delete('a.b')
  }
  for (const name of readsBuckets) {
    const bucket = await buses[user].bucket<string>(buckets[name])
    expect(await bucket.get('none')).toBeNull()
    expect(await refusalOf(user, `$KV.${buckets[name].name}.a`)).toContain('Permissions Violation')
  }
  for (const name of Object.keys(buckets) as (keyof typeof buckets)[]) {
    if (readsBuckets.includes(name) || writesBuckets.includes(name) || name === 'services') continue
    expect(await refusalOf(user, `$KV.${buckets[name].name}.a`)).toContain('Permissions Violation')
    expect(await refusalOf(user, `$JS.API.DIRECT.GET.KV_${name}.$KV.${name}.a`)).toContain('Permissions Violation')
  }
})

test('a watcher of a bucket hears of changes', async () => {
  const heard: unknown[] = []
  const stop = new AbortController()
  const flags = await buses.fetcher.bucket<string>(buckets.runs)
  await flags.watch('>', (key, value) => heard.push([key, value]), stop.signal)
  await (await buses.scheduler.bucket<string>(buckets.runs)).put('run-1', 'cancelled')
  await eventually(async () => expect(heard).toContainEqual(['run-1', 'cancelled']))
  stop.abort()
})

test('a request is answered by whom it is for, and heard by nobody else', async () => {
  const answering = buses.scheduler.serve(schedulerRpc.getRun, async () => {
    throw Object.assign(new Error('as it said'), { code: 'x' })
  })
  await answering.start(() => {})
  await expect(buses.gateway.call(schedulerRpc.getRun, { runId: newId() })).rejects.toMatchObject({ code: 'internal' })
  await expect(buses.fetcher.call(schedulerRpc.getRun, { runId: newId() }, { timeoutMs: 300 })).rejects.toMatchObject({
    code: 'unavailable',
  })
  for (const subject of ['rpc.scheduler.>', '_INBOX_scheduler.>', '_INBOX.>', '>']) {
    const listening = buses.gateway.nc.subscribe(subject, { callback: () => {} })
    await expect(listening.closed).resolves.toBeInstanceOf(Error)
  }
  await answering.stop()
})

test('a stream is read in order by whom it is for', async () => {
  expect(await refusalOf('scheduler', 'event.run.site.site.finished', '{}')).toBeNull()
  const read: string[] = []
  for await (const { subject } of buses.gateway.replay('event.>', { stream: 'EVENTS' })) read.push(subject)
  expect(read).toEqual(['event.run.site.site.finished'])
})

test('artifacts are written by exporters and fetchers, and only read by gateways', async () => {
  const store = await makeObjectStore(buses.exporter.nc)
  await store.put('a/b.csv', Buffer.from('hello'))
  const seen = await makeObjectStore(buses.gateway.nc)
  const found = await seen.open('a/b.csv')
  expect(Buffer.concat(await found!.stream.toArray()).toString()).toBe('hello')
  expect(await refusalOf('gateway', '$O.artifacts.M.x')).toContain('Permissions Violation')
  expect(await store.remove('a/b.csv')).toBe(true)
})

test('results of a run are removed by exporters', async () => {
  const { exporter, fetcher } = buses
  for (const run of ['one', 'two']) expect(await refusalOf('fetcher', `result.page.${run}.site`, '{}')).toBeNull()
  await exporter.purge('RESULTS', 'result.*.one.*')
  const left: string[] = []
  for await (const { subject } of exporter.replay('result.>', { stream: 'RESULTS' })) left.push(subject)
  expect(left).toEqual(['result.page.two.site'])
  await expect(fetcher.purge('RESULTS', 'result.*.two.*')).rejects.toThrow()
})

test('work is taken from the own consumer and settled', async () => {
  const { scheduler, fetcher } = buses
  expect(await scheduler.isAttended(consumers.fetchHttp)).toBe(false)
  expect(await refusalOf('scheduler', 'work.fetch.http.com.example', '{}')).toBeNull()
  expect(await scheduler.pendingOn('TASKS', 'work.fetch.http.>')).toBe(1)
  // Unreadable on purpose: it is terminated, which is an acknowledgement too.
  const working = fetcher.pull(consumers.fetchHttp, errorReport, async () => ({ kind: 'done' }), { maxInFlight: 1 })
  await working.start(() => {})
  await eventually(async () => expect(await scheduler.pendingOn('TASKS', 'work.fetch.http.>')).toBe(0))
  await working.stop()
})

test.each([
  ['gateway', 'work.fetch.http.com.example'],
  ['gateway', 'result.page.run.site'],
  ['gateway', 'event.run.site.site.finished'],
  ['fetcher', 'rpc.scheduler.runs.create'],
  ['fetcher', 'work.deliver.hook'],
  ['exporter', 'work.fetch.http.com.example'],
  ['exporter', '$JS.API.CONSUMER.MSG.NEXT.RESULTS.scheduler-outcomes'],
  ['exporter', '$JS.API.CONSUMER.CREATE.RESULTS.scheduler-outcomes'],
  ['scheduler', '$JS.API.STREAM.PURGE.EVENTS'],
  ['scheduler', '$JS.API.CONSUMER.DELETE.RESULTS.scheduler-outcomes'],
  ['gateway', '$JS.API.STREAM.DELETE.EVENTS'],
  ['provisioner', 'work.fetch.http.com.example'],
] as const)('%s is refused %s', async (user, subject) => {
  expect(await refusalOf(user, subject)).toContain('Permissions Violation')
})
