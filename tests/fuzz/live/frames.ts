import type { Random } from '../random.ts'

export interface FrameOptions {
  /** RFC 6455 §5.2. */
  readonly opcode: number
  readonly payload: Uint8Array
  readonly fin?: boolean
  readonly isMasked?: boolean
  /** The three reserved bits. */
  readonly reserved?: number
  /** What it says of its length, where it lies. */
  readonly claimed?: bigint
}

/** One frame of a client, right or wrong. */
export function frameOf({ opcode, payload, fin = true, isMasked = true, reserved = 0, claimed }: FrameOptions): Buffer {
  const length = claimed ?? BigInt(payload.length)
  const first = (fin ? 0x80 : 0) | ((reserved & 7) << 4) | (opcode & 15)
  const mask = isMasked ? 0x80 : 0
  const head =
    length < 126n
      ? Buffer.from([first, mask | Number(length)])
      : length < 65_536n
        ? Buffer.from([first, mask | 126, Number(length >> 8n), Number(length & 255n)])
        : Buffer.concat([Buffer.from([first, mask | 127]), lengthBytes(length)])
  if (!isMasked) return Buffer.concat([head, payload])
  const key = Buffer.from([1, 2, 3, 4])
  return Buffer.concat([head, key, Buffer.from(payload.map((byte, at) => byte ^ key[at % 4]!))])
}

function lengthBytes(length: bigint): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeBigUInt64BE(length)
  return bytes
}

/** A frame of a server: never masked. Null: not whole. */
export function readFrame(heard: Buffer): { opcode: number; payload: Buffer; bytes: number } | null {
  if (heard.length < 2) return null
  const short = heard[1]! & 127
  const headBytes = short === 126 ? 4 : short === 127 ? 10 : 2
  if (heard.length < headBytes) return null
  const length = short === 126 ? heard.readUInt16BE(2) : short === 127 ? Number(heard.readBigUInt64BE(2)) : short
  if (heard.length < headBytes + length) return null
  return { opcode: heard[0]! & 15, payload: heard.subarray(headBytes, headBytes + length), bytes: headBytes + length }
}

/** What no client that means well sends. */
export function oddFrame(text: string, random: Random): Buffer {
  const payload = Buffer.from(text)
  switch (random.int(12)) {
    case 0:
      return frameOf({ opcode: 3 + random.int(5), payload })
    case 1:
      return frameOf({ opcode: 11 + random.int(5), payload })
    case 2:
      return frameOf({ opcode: 1, payload, isMasked: false })
    case 3:
      return frameOf({ opcode: 1, payload, reserved: 1 + random.int(7) })
    case 4:
      return frameOf({ opcode: 2, payload: Buffer.from([0, 255, 254, 1]) })
    case 5:
      return frameOf({ opcode: 1, payload: Buffer.from([0xc3, 0x28, 0xff]) })
    case 6:
      return frameOf({ opcode: 1, payload, claimed: random.pick([2n ** 62n, 2n ** 63n, 2n ** 32n, 17_000n]) })
    case 7:
      return frameOf({ opcode: 9, payload: Buffer.alloc(random.pick([0, 125, 126, 5_000])) })
    case 8:
      return frameOf({
        opcode: 8,
        payload: Buffer.from(random.pick([[], [3], [0, 0], [3, 232], [255, 255], [3, 237, 0xff]])),
      })
    case 9:
      return Buffer.concat([
        frameOf({ opcode: 1, payload: payload.subarray(0, 3), fin: false }),
        frameOf({ opcode: 0, payload: payload.subarray(3) }),
      ])
    case 10:
      return Buffer.concat(
        Array.from({ length: 200 }, () =>
          frameOf({ opcode: random.pick([0, 0, 1]), payload: Buffer.from('x'), fin: false }),
        ),
      )
    default:
      return frameOf({ opcode: 0, payload })
  }
}
