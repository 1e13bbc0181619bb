import { describe, expect, test } from 'vitest'
import { authorizationConfig, brokerUsers, permissionsOf, serviceAccess, serviceNames } from './broker-access.ts'
import { buckets } from './buckets.ts'
import { consumers } from './consumers.ts'
import { fetcherRpc, schedulerRpc } from './rpc.ts'
import { streams } from './streams.ts'
import { messages } from './wire-tables.ts'

const all = serviceNames.map((name) => serviceAccess[name])

describe('nothing of the wire is forgotten', () => {
  test.each(messages.map((message) => [message.name, message] as const))('somebody publishes %s', (_name, message) => {
    expect(all.some(({ publishes }) => publishes.includes(message))).toBe(true)
  })

  test.each(Object.values(consumers).map((consumer) => [consumer.durable, consumer] as const))(
    'one service works on %s',
    (durable) => {
      const workers = all.filter(({ consumes }) => consumes.some((consumer) => consumer.durable === durable))
      expect(workers).toHaveLength(1)
    },
  )

  test.each(Object.keys(buckets))('somebody writes the bucket %s', (name) => {
    const writers = all.filter(({ writesBuckets }) => (writesBuckets as readonly string[]).includes(name))
    expect(name === 'services' || writers.length > 0).toBe(true)
  })

  test.each([...Object.values(schedulerRpc), ...Object.values(fetcherRpc)].map((rpc) => [rpc.name, rpc] as const))(
    'one service answers %s and another asks',
    (_name, rpc) => {
      expect(all.filter(({ serves }) => serves.includes(rpc))).toHaveLength(1)
      expect(all.some(({ calls }) => calls.includes(rpc))).toBe(true)
    },
  )
})

/** Whether a subject is matched by a permission (NATS wildcards). */
function matches(pattern: string, subject: string): boolean {
  const [wanted, given] = [pattern.split('.'), subject.split('.')]
  for (const [at, token] of wanted.entries()) {
    if (token === '>') return given.length > at
    if (given[at] === undefined || (token !== '*' && token !== given[at])) return false
  }
  return wanted.length === given.length
}

const mayPublish = (user: (typeof brokerUsers)[number], subject: string) => {
  const { allow, deny } = permissionsOf(user).publish
  return allow.some((pattern) => matches(pattern, subject)) && !deny.some((pattern) => matches(pattern, subject))
}

test('results of runs that are not kept are removed by exporters, and nothing else of a stream by anybody', () => {
  const purges = serviceNames.flatMap((user) =>
    Object.values(streams)
      .filter(({ name }) => mayPublish(user, `$JS.API.STREAM.PURGE.${name}`))
      .map(({ name }) => [user, name]),
  )
  expect(purges).toEqual([['exporter', 'RESULTS']])
})

test.each(serviceNames)('%s may change no stream, bucket or shared consumer', (user) => {
  for (const { name } of Object.values(streams))
    for (const action of ['CREATE', 'UPDATE', 'DELETE'])
      expect([name, mayPublish(user, `$JS.API.STREAM.${action}.${name}`)]).toEqual([name, false])
  for (const { name } of Object.values(buckets))
    for (const action of ['CREATE', 'UPDATE', 'DELETE', 'PURGE'])
      expect([name, mayPublish(user, `$JS.API.STREAM.${action}.KV_${name}`)]).toEqual([name, false])
  for (const { stream, durable } of Object.values(consumers))
    for (const subject of [
      `$JS.API.CONSUMER.CREATE.${stream}.${durable}`,
      `$JS.API.CONSUMER.CREATE.${stream}.${durable}.x.>`,
      `$JS.API.CONSUMER.DURABLE.CREATE.${stream}.${durable}`,
      `$JS.API.CONSUMER.DELETE.${stream}.${durable}`,
    ])
      expect([subject, mayPublish(user, subject)]).toEqual([subject, false])
})

test.each([
  ['gateway', 'work.fetch.http.com.example'],
  ['gateway', 'result.page.run.site'],
  ['gateway', 'event.run.site.site.finished'],
  ['gateway', '$KV.hosts.com.example'],
  ['gateway', '$O.artifacts.M.x'],
  ['fetcher', 'rpc.scheduler.runs.create'],
  ['fetcher', 'work.fetch.http.com.example'],
  ['fetcher', '$KV.plans.run.site'],
  ['fetcher', '$KV.users.user.root'],
  ['fetcher', '$KV.services.gateway.x'],
  ['exporter', 'work.fetch.http.com.example'],
  ['exporter', 'rpc.scheduler.runs.cancel'],
  ['exporter', '$JS.API.CONSUMER.MSG.NEXT.RESULTS.scheduler-outcomes'],
  ['scheduler', 'result.page.run.site'],
  ['scheduler', '$KV.sessions.x'],
  ['scheduler', '$JS.API.DIRECT.GET.KV_users.$KV.users.user.root'],
  ['scheduler', '$JS.API.CONSUMER.MSG.NEXT.TASKS.fetch-http'],
  ['provisioner', 'work.fetch.http.com.example'],
] as const)('%s may not say %s', (user, subject) => {
  expect(mayPublish(user, subject)).toBe(false)
})

test('nobody listens where the answers of others arrive, nor to what is not asked of it', () => {
  for (const user of brokerUsers) {
    const { allow } = permissionsOf(user).subscribe
    expect(allow[0]).toBe(`_INBOX_${user}.>`)
    // Fetchers hear who lets go of a host's place.
    for (const subject of allow.slice(1))
      expect(subject).toMatch(user === 'fetcher' ? /^(rpc\.fetcher\.|\$KV\.hosts\.>$)/ : /^rpc\.scheduler\./)
    expect(allow.filter((subject) => subject.includes('*'))).toEqual([])
  }
})

test('the configuration of the server names every user, with its password as it is given', () => {
  const text = authorizationConfig((user) => `$NATS_${user.toUpperCase()}_PASSWORD`)
  for (const user of brokerUsers)
    expect(text).toContain(`user: ${user}\n      password: $NATS_${user.toUpperCase()}_PASSWORD`)
})
