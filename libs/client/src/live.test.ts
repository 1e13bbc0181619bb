import type { LiveMessage, LiveRequest, PresenceMember } from '@seine/contracts'
import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { connectLive, type LiveSocket, socketUrl } from './live.ts'

interface TestSocket extends LiveSocket {
  readonly said: LiveRequest[]
  tell(message: LiveMessage): void
  drop(code?: number): void
  closed: boolean
}

/** A client whose connections are played by the test. */
function liveOf() {
  const sockets: TestSocket[] = []
  const live = connectLive({
    url: 'https://gateway.test/',
    random: () => 1,
    makeSocket: () => {
      const socket: TestSocket = {
        said: [],
        closed: false,
        onopen: null,
        onmessage: null,
        onclose: null,
        send: (text) => void socket.said.push(JSON.parse(text) as LiveRequest),
        close: () => {
          socket.closed = true
        },
        tell: (message) => socket.onmessage?.({ data: JSON.stringify(message) }),
        drop: (code = 1006) => socket.onclose?.({ code, reason: '' }),
      }
      sockets.push(socket)
      return socket
    },
  })
  const latest = () => sockets.at(-1)!
  const welcome = () => latest().tell({ op: 'welcome', client: 'me', heartbeatMs: 1_000 })
  return { live, sockets, latest, welcome }
}

const event = (sub: string, seq: number) => ({ op: 'event', sub, seq, event: { n: seq } }) as unknown as LiveMessage

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

test('what is asked for before the connection stands is said once it does', () => {
  const { live, latest, welcome } = liveOf()
  live.subscribe({ level: 'warn' }, () => {}, { since: 4 })
  live.presence('site.shop', { onMembers: () => {} })
  expect(latest().said).toEqual([])
  welcome()
  expect(latest().said).toEqual([
    { op: 'subscribe', sub: '1', filter: { level: 'warn' }, since: 4 },
    { op: 'presence', topic: 'site.shop', activity: 'viewing' },
  ])
  expect(live.state()).toEqual({ phase: 'open' })
})

test('after a loss a subscription goes on from the last event it was told, and tells none twice', () => {
  const { live, latest, welcome } = liveOf()
  const seqs: number[] = []
  live.subscribe({}, ({ seq }) => void seqs.push(seq), { since: 0 })
  welcome()
  for (const seq of [1, 2]) latest().tell(event('1', seq))
  latest().drop()
  expect(live.state()).toMatchObject({ phase: 'waiting', retryInMs: 250 })
  vi.advanceTimersByTime(250)
  welcome()
  expect(latest().said).toEqual([{ op: 'subscribe', sub: '1', filter: {}, since: 2 }])
  for (const seq of [2, 3]) latest().tell(event('1', seq))
  expect(seqs).toEqual([1, 2, 3])
})

test('a subscription from now on that has heard nothing yet goes on from where it began', () => {
  const { live, latest, welcome } = liveOf()
  live.subscribe({}, () => {})
  welcome()
  latest().tell({ op: 'subscribed', sub: '1', since: 70 })
  latest().drop()
  vi.advanceTimersByTime(250)
  welcome()
  expect(latest().said).toEqual([{ op: 'subscribe', sub: '1', filter: {}, since: 70 }])
})

test('pauses double up to ten seconds, and begin again only after a connection that lasted', () => {
  const { live, latest, welcome } = liveOf()
  const pauses: number[] = []
  live.onState((state) => void (state.phase === 'waiting' && pauses.push(state.retryInMs)))
  for (let tries = 0; tries < 8; tries++) {
    welcome()
    latest().drop()
    vi.advanceTimersByTime(pauses.at(-1)!)
  }
  expect(pauses).toEqual([250, 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000])
  welcome()
  // Something is heard, or it would be dead.
  for (let ms = 0; ms < 5_000; ms += 1_000) {
    vi.advanceTimersByTime(1_000)
    latest().tell({ op: 'heartbeat' })
  }
  latest().drop()
  expect(pauses.at(-1)).toBe(250)
})

test('a gateway that is silent for three heartbeats is left', () => {
  const { live, sockets, welcome } = liveOf()
  welcome()
  vi.advanceTimersByTime(3_000)
  expect(sockets[0]?.closed).toBe(true)
  expect(live.state()).toMatchObject({ phase: 'waiting', reason: 'the gateway went silent' })
  vi.advanceTimersByTime(250)
  expect(sockets).toHaveLength(2)
})

test('a session that is over is not dialled again', () => {
  const { live, latest, sockets, welcome } = liveOf()
  welcome()
  latest().drop(4401)
  expect(live.state()).toEqual({ phase: 'closed', reason: 'signed out' })
  vi.advanceTimersByTime(60_000)
  expect(sockets).toHaveLength(1)
})

test('what was unsubscribed is told no more and not asked for again', () => {
  const { live, latest, welcome } = liveOf()
  const seqs: number[] = []
  const unsubscribe = live.subscribe({}, ({ seq }) => void seqs.push(seq))
  welcome()
  unsubscribe()
  unsubscribe()
  latest().tell(event('1', 1))
  expect(seqs).toEqual([])
  expect(latest().said.map(({ op }) => op)).toEqual(['subscribe', 'unsubscribe'])
})

test('presence tells who is there and which of them is this client, and is said again after a loss', () => {
  const { live, latest, welcome } = liveOf()
  const seen: [string, boolean][][] = []
  const here = live.presence('site.shop', {
    onMembers: (members) => void seen.push(members.map(({ name, isMe }) => [name, isMe])),
  })
  welcome()
  here.set('editing')
  here.typing('selectors.price')
  const member = (id: string, name: string): PresenceMember => ({
    id,
    user: name,
    name,
    activity: 'viewing',
    typing: [],
    since: '',
  })
  latest().tell({ op: 'presence', topic: 'site.shop', members: [member('me', 'Ann'), member('x', 'Bo')], more: 0 })
  expect(seen).toEqual([
    [
      ['Ann', true],
      ['Bo', false],
    ],
  ])
  latest().drop()
  vi.advanceTimersByTime(250)
  welcome()
  expect(latest().said).toEqual([{ op: 'presence', topic: 'site.shop', activity: 'editing' }])
  here.leave()
  here.typing('selectors.price')
  expect(latest().said.at(-1)).toEqual({ op: 'leave', topic: 'site.shop' })
})

test('a refusal reaches the subscription it is about', () => {
  const { live, latest, welcome } = liveOf()
  const codes: string[] = []
  live.subscribe({ run: 'nonsense' }, () => {}, { onRefused: ({ code, field }) => void codes.push(`${code} ${field}`) })
  welcome()
  latest().tell({ op: 'error', code: 'invalid', message: 'no', field: 'filter.run', sub: '1' })
  expect(codes).toEqual(['invalid filter.run'])
})

test('closing ends everything', () => {
  const { live, sockets, welcome } = liveOf()
  welcome()
  live.close()
  expect(sockets[0]?.closed).toBe(true)
  expect(live.state()).toEqual({ phase: 'closed', reason: null })
  vi.advanceTimersByTime(60_000)
  expect(sockets).toHaveLength(1)
})

test.each([
  ['http://127.0.0.1:8080', 'ws://127.0.0.1:8080/ws'],
  ['https://seine.example/base/', 'wss://seine.example/base/ws'],
  ['wss://seine.example/ws', 'wss://seine.example/ws'],
])('the socket of %s is %s', (url, socket) => {
  expect(socketUrl(url)).toBe(socket)
})
