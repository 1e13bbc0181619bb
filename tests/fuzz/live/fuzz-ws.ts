import { setTimeout as sleep } from 'node:timers/promises'
import type { Mesh } from '@seine/testkit'
import type { Findings } from '../findings.ts'
import { makeRandom, type Random } from '../random.ts'
import { frameOf, oddFrame } from './frames.ts'
import { careOf, gatewayHandles, gatewayRssMb } from './gateway-care.ts'
import { liveText } from './live-texts.ts'
import { converse } from './raw-websocket.ts'

const careEvery = 100
const answerWithinMs = 60_000
const atOnce = 8
/** Handles that may be left when all have gone: connections of the API are kept a little. */
const maxHandlesLeft = 20
const settleMs = 15_000

/** Frames that are wrong in every way, on sockets without a library, beside one well-meaning client that is to be served all the time. */
export async function fuzzWs(mesh: Mesh, options: { seed: string; minutes: number }, findings: Findings) {
  const port = Number(new URL(mesh.gatewayUrl).port)
  const endMs = Date.now() + options.minutes * 60_000
  const handlesBefore = gatewayHandles(mesh)
  const ends: Record<string, number> = {}
  let sockets = 0
  let isOver = false
  let frames = 0
  let largestMb = 0
  const lane = async () => {
    while (Date.now() < endMs && !isOver) {
      const number = sockets++
      const random = makeRandom(options.seed, 'ws', number)
      const said = framesOf(random)
      frames += said.length
      const lines = random.chance(0.15) ? (right: string[]) => oddHandshake(right, random) : undefined
      const { problem, end } = await converse(port, mesh.apiKey, said, {
        timeoutMs: answerWithinMs,
        leaveAtOnce: random.chance(0.1),
        ...(lines === undefined ? {} : { lines }),
      })
      ends[end] = (ends[end] ?? 0) + 1
      if (problem !== null) findings.add('ws', problem, Buffer.concat(said))
      if (number % careEvery !== 0) continue
      const trouble = (await careOf(mesh)) ?? (await otherIsServed(port, mesh.apiKey))
      if (trouble !== null) findings.add('ws', trouble, Buffer.concat(said))
      isOver = trouble?.startsWith('died') === true
      if (isOver) return
      largestMb = Math.max(largestMb, gatewayRssMb(mesh))
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  await sleep(settleMs)
  const left = gatewayHandles(mesh) - handlesBefore
  if (left > maxHandlesLeft) findings.add('ws', `handles: ${left} more than before`, Buffer.from(options.seed))
  return {
    inputs: sockets,
    frames,
    'gateway, MB at most': Math.round(largestMb),
    'handles left': left,
    ends: JSON.stringify(ends),
  }
}

function framesOf(random: Random): Buffer[] {
  if (random.chance(0.05))
    return Array.from({ length: 300 }, (_, n) =>
      frameOf({
        opcode: 1,
        payload: Buffer.from(JSON.stringify({ op: 'subscribe', sub: `s${n}`, filter: {}, since: 0 })),
      }),
    )
  return Array.from({ length: 1 + random.int(20) }, () => {
    const text = liveText(random)
    return random.chance(0.4) ? oddFrame(text, random) : frameOf({ opcode: 1, payload: Buffer.from(text) })
  })
}

const oddLines = [
  'Sec-WebSocket-Version: 99',
  'Sec-WebSocket-Key: x',
  'Sec-WebSocket-Extensions: permessage-deflate; server_max_window_bits=99',
  'Origin: https://evil.example',
  'Upgrade: h2c',
  'Authorization: Bearer seine_x_y',
  'Cookie: seine_session=x',
  'Connection: close',
  'Sec-WebSocket-Protocol: a, a',
  'Content-Length: 5',
  `X: ${'y'.repeat(20_000)}`,
]

function oddHandshake(right: string[], random: Random): string[] {
  const lines = [...right]
  if (random.chance(0.5)) lines.splice(1 + random.int(lines.length - 1), 1)
  if (random.chance(0.7)) lines.push(random.pick(oddLines))
  if (random.chance(0.2))
    lines[0] = random.pick([
      'GET /ws?x=1 HTTP/1.1',
      'POST /ws HTTP/1.1',
      'GET /ws/../ws HTTP/1.1',
      'GET //ws HTTP/1.1',
      'GET /api/ws HTTP/1.1',
      'GET /ws HTTP/1.0',
    ])
  return lines
}

/** A subscription by the book is answered. */
async function otherIsServed(port: number, apiKey: string): Promise<string | null> {
  const subscribe = frameOf({
    opcode: 1,
    payload: Buffer.from(JSON.stringify({ op: 'subscribe', sub: 'a', filter: {} })),
  })
  const { problem, end } = await converse(port, apiKey, [subscribe], { timeoutMs: answerWithinMs })
  return problem ?? (end === 'open' ? null : `others: a right connection ended with ${end}`)
}
