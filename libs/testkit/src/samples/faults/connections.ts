import type { Socket } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { html, type SampleAnswer, type SampleHost } from '../host.ts'
import { faultHost, inTurn, repeat, sound } from './fault-host.ts'

const pageHead = '<!doctype html><html lang="en"><title>Page</title><h1>Page</h1>'
const okHead = 'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\n'

const raw = (take: (socket: Socket) => void | Promise<void>): SampleAnswer => ({ status: 0, raw: take })
const silence = raw(() => {})
const hangUp = raw((socket) => void socket.resetAndDestroy())
const say = (words: string) => raw((socket) => void socket.end(words))

/** Answers with headers that go on for ever, `pauseMs` between two of them. */
const headersForEver = (pauseMs: number) =>
  raw(async (socket) => {
    const closed = new Promise((resolve) => socket.once('close', resolve))
    socket.write('HTTP/1.1 200 OK\r\n')
    for (let n = 0; !socket.destroyed; n++) {
      const room = socket.write(`x-filler-${n}: ${'f'.repeat(pauseMs > 0 ? 1 : 1_000)}\r\n`)
      if (pauseMs > 0) await sleep(pauseMs)
      else if (!room) await Promise.race([new Promise((resolve) => socket.once('drain', resolve)), closed])
    }
  })

const malformed = [
  'banana\r\n\r\n',
  'HTTP/9.9 abc OK\r\n\r\n',
  `${okHead}content-length: 5\r\ncontent-length: 50\r\n\r\n${pageHead}`,
  `${okHead}content-length: -1\r\n\r\n${pageHead}`,
  `${okHead}transfer-encoding: chunked\r\n\r\nZZ\r\n${pageHead}`,
  `${okHead}bad header without colon\r\n\r\n${pageHead}`,
  `${okHead}content-length: 9000\r\n\r\n${pageHead}`,
  `${okHead}transfer-encoding: chunked\r\n\r\n5\r\nhello\r\n`,
  `HTTP/1.1 200 OK\r\nx: a\0b\r\n\r\n${pageHead}`,
  '\r\n'.repeat(100),
  `HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n\r\n`,
  `HTTP/1.1 100 Continue\r\n\r\n`.repeat(50),
]

/** Hosts that go wrong on the way. Their state is one server's. */
export function connectionFaults(): SampleHost[] {
  let served = 0
  return [
    faultHost({ name: 'blackhole', about: 'takes connections and never says a word', any: () => silence }),
    faultHost({ name: 'mute', about: 'robots.txt and home page, then silence on every page', page: () => silence }),
    faultHost({
      name: 'dying',
      about: 'dies after 20 pages: every connection is reset from then on',
      pages: 60,
      any: ({ path }) => ((path.startsWith('/page/') && ++served > 20) || served > 20 ? hangUp : null),
    }),
    faultHost({
      name: 'slow',
      about: 'every page takes a second and a half',
      page: (request, n) => ({ ...sound(request, `Slow ${n}`), delayMs: 1_500 }),
    }),
    faultHost({
      name: 'drip',
      about: 'pages come byte by byte, for ever',
      page: () => ({ ...html(''), body: inTurn([Buffer.from(pageHead)], repeat('z', 100)) }),
    }),
    faultHost({
      name: 'headers',
      about: 'headers without an end: as fast as they go on even pages, one by one on odd ones',
      page: (_request, n) => headersForEver(n % 2 === 0 ? 0 : 100),
    }),
    faultHost({ name: 'resetting', about: 'resets the connection of every page', page: () => hangUp }),
    faultHost({
      name: 'flaky',
      about: 'every page fails once (reset, 500, silence, cut short) and then works',
      page(request, n) {
        if (request.visit > 1) return sound(request, `Flaky ${n}`)
        return [hangUp, html('', 500), silence, say(malformed[6]!)][n % 4]!
      },
    }),
    faultHost({
      name: 'malformed',
      about: 'every page breaks HTTP in its own way',
      pages: malformed.length,
      page: (_request, n) => say(malformed[n - 1]!),
    }),
  ]
}
