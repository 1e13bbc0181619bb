import type { Bucket } from '@seine/bus'
import type { LiveMessage, PresenceShare } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { type Guest, makePresenceDesk, presenceTimes } from './presence-desk.ts'
import { maxListed, typingMs } from './presence-topic.ts'

/** Gateways that share one bucket and one clock. */
function gateways() {
  let nowMs = 0
  let isAway = false
  const entries = new Map<string, PresenceShare>()
  const watchers: ((key: string, value: PresenceShare | null) => void)[] = []
  const writes: string[] = []
  const change = (key: string, value: PresenceShare | null) => {
    if (isAway) throw new Error('no broker')
    writes.push(key)
    if (value === null) entries.delete(key)
    else entries.set(key, structuredClone(value))
    for (const watcher of watchers) watcher(key, value)
  }
  const bucket = {
    put: async (key: string, value: PresenceShare) => {
      change(key, value)
      return 1
    },
    delete: async (key: string) => change(key, null),
    watch: async (_filter: string, onChange: (key: string, value: PresenceShare | null) => void) => {
      for (const [key, value] of entries) onChange(key, value)
      watchers.push(onChange)
    },
  } as unknown as Bucket<PresenceShare>
  const desks: ReturnType<typeof makePresenceDesk>[] = []
  const killed = new Set<object>()

  return {
    writes,
    setAway: (away: boolean) => {
      isAway = away
    },
    async open(gatewayId: string) {
      // Ticks are called by hand.
      const times = { ...presenceTimes, tickMs: 2 ** 30 }
      const desk = makePresenceDesk({ bucket, nowMs: () => nowMs, log: silentLogger, gatewayId, times })
      await desk.part.start(() => {})
      desks.push(desk)
      return desk
    },
    kill: (desk: object) => void killed.add(desk),
    async pass(ms: number) {
      for (const end = nowMs + ms; nowMs < end; ) {
        nowMs += 250
        for (const desk of desks) if (!killed.has(desk)) await desk.tick()
      }
    },
  }
}

type Presence = Extract<LiveMessage, { op: 'presence' }>

function guest(id: string, activity: Guest['activity'] = 'viewing') {
  const told: Presence[] = []
  const tell = (frame: string) => void told.push(JSON.parse(frame) as Presence)
  const names = () => told.at(-1)?.members.map((member) => member.name) ?? []
  return { told, names, guest: { id, user: id, name: id, activity, tell } }
}

const aWhileMs = 2_000

test('everybody at a topic is told who is there, at whichever gateway they are', async () => {
  const mesh = gateways()
  const [one, two] = [await mesh.open('one'), await mesh.open('two')]
  const [ann, bo, cy] = [guest('ann'), guest('bo', 'editing'), guest('cy')]
  one.enter('site.shop', ann.guest)
  await mesh.pass(aWhileMs)
  two.enter('site.shop', bo.guest)
  two.enter('site.blog', cy.guest)
  await mesh.pass(aWhileMs)
  expect([ann.names(), bo.names(), cy.names()]).toEqual([['ann', 'bo'], ['ann', 'bo'], ['cy']])
  expect(ann.told.at(-1)?.members.map(({ activity }) => activity)).toEqual(['viewing', 'editing'])
})

test('whoever leaves is gone at once, for the others', async () => {
  const mesh = gateways()
  const [one, two] = [await mesh.open('one'), await mesh.open('two')]
  const [ann, bo] = [guest('ann'), guest('bo')]
  one.enter('site.shop', ann.guest)
  two.enter('site.shop', bo.guest)
  await mesh.pass(aWhileMs)
  two.leave('site.shop', 'bo')
  await mesh.pass(aWhileMs)
  expect(ann.names()).toEqual(['ann'])
  expect(bo.names()).toEqual(['ann', 'bo'])
})

test('who was there through a killed gateway is gone within seconds, whatever the bucket still holds', async () => {
  const mesh = gateways()
  const [one, two] = [await mesh.open('one'), await mesh.open('two')]
  const [ann, bo, late] = [guest('ann'), guest('bo'), guest('late')]
  one.enter('site.shop', ann.guest)
  two.enter('site.shop', bo.guest)
  await mesh.pass(aWhileMs)
  expect(ann.names()).toEqual(['ann', 'bo'])
  mesh.kill(two)
  await mesh.pass(presenceTimes.deadAfterMs + 500)
  expect(ann.names()).toEqual(['ann'])
  const three = await mesh.open('three')
  await mesh.pass(presenceTimes.deadAfterMs + 500)
  three.enter('site.shop', late.guest)
  await mesh.pass(aWhileMs)
  expect(late.names()).toEqual(['ann', 'late'])
})

test('a gateway that stops takes its guests along', async () => {
  const mesh = gateways()
  const [one, two] = [await mesh.open('one'), await mesh.open('two')]
  const [ann, bo] = [guest('ann'), guest('bo')]
  one.enter('site.shop', ann.guest)
  two.enter('site.shop', bo.guest)
  await mesh.pass(aWhileMs)
  await two.part.stop()
  mesh.kill(two)
  await mesh.pass(500)
  expect(ann.names()).toEqual(['ann'])
})

test('typing is told by field, and forgotten when it is not said again', async () => {
  const mesh = gateways()
  const [one, two] = [await mesh.open('one'), await mesh.open('two')]
  const [ann, bo] = [guest('ann'), guest('bo')]
  one.enter('site.shop', ann.guest)
  two.enter('site.shop', bo.guest)
  two.typing('site.shop', 'bo', 'selectors.price', true)
  await mesh.pass(aWhileMs)
  const typing = () => ann.told.at(-1)?.members.find(({ name }) => name === 'bo')?.typing
  expect(typing()).toEqual(['selectors.price'])
  await mesh.pass(typingMs)
  expect(typing()).toEqual([])
})

test('no more than a few fields are typed in at once', async () => {
  const mesh = gateways()
  const desk = await mesh.open('one')
  const ann = guest('ann')
  desk.enter('site.shop', ann.guest)
  for (let n = 0; n < 50; n++) desk.typing('site.shop', 'ann', `field-${n}`, true)
  await mesh.pass(aWhileMs)
  expect(ann.told.at(-1)?.members[0]?.typing).toHaveLength(5)
})

test('a crowd is listed up to a limit and counted beyond it', async () => {
  const mesh = gateways()
  const [one, two] = [await mesh.open('one'), await mesh.open('two')]
  const ann = guest('a')
  one.enter('run.x', ann.guest)
  for (let n = 0; n < 200; n++) (n % 2 ? one : two).enter('run.x', guest(`g${n}`).guest)
  await mesh.pass(aWhileMs)
  expect(ann.told.at(-1)?.members).toHaveLength(maxListed)
  expect(ann.told.at(-1)?.more).toBe(201 - maxListed)
})

test('a quiet gateway writes a beat and nothing else, and each share anew before it runs out', async () => {
  const mesh = gateways()
  const desk = await mesh.open('one')
  for (let n = 0; n < 10; n++) desk.enter(`site.s${n}`, guest('ann').guest)
  await mesh.pass(aWhileMs)
  mesh.writes.length = 0
  await mesh.pass(presenceTimes.refreshMs)
  expect(mesh.writes.filter((key) => key === 'gateway.one').length).toBeGreaterThanOrEqual(9)
  expect(mesh.writes.filter((key) => key !== 'gateway.one')).toHaveLength(10)
})

test('what could not be written while the broker was away is written when it is back', async () => {
  const mesh = gateways()
  const [one, two] = [await mesh.open('one'), await mesh.open('two')]
  const [ann, bo] = [guest('ann'), guest('bo')]
  one.enter('site.shop', ann.guest)
  await mesh.pass(aWhileMs)
  mesh.setAway(true)
  two.enter('site.shop', bo.guest)
  await mesh.pass(aWhileMs)
  expect(ann.names()).toEqual(['ann'])
  mesh.setAway(false)
  await mesh.pass(aWhileMs)
  expect(ann.names()).toEqual(['ann', 'bo'])
})
