import { randomBytes, scrypt, timingSafeEqual } from 'node:crypto'
import { makeWindow } from '@seine/bus'

/** scrypt's cost (RFC 7914): `2^logN` blocks of `128·r` bytes, `p` times. */
export interface ScryptCost {
  readonly logN: number
  readonly r: number
  readonly p: number
}

/** OWASP's setting for 32 MiB a hash: about 180 ms of one core. */
export const defaultCost: ScryptCost = { logN: 15, r: 8, p: 3 }

/** Hashes at once: 64 MiB and two of libuv's four threads; the next ones wait their turn. */
const maxHashesAtOnce = 2
const keyBytes = 32
const saltBytes = 16

export interface Passwords {
  /** `$scrypt$ln=15,r=8,p=3$<salt>$<hash>`: parameters stay with the hash, so that raising them locks nobody out. */
  hash(password: string): Promise<string>
  /** A null hash (no such user) takes as long as any and is false. */
  verify(password: string, hash: string | null): Promise<boolean>
}

export function makePasswords(cost: ScryptCost = defaultCost): Passwords {
  const turns = makeWindow(maxHashesAtOnce, maxHashesAtOnce)
  const inTurn = async (password: string, salt: Buffer, at: ScryptCost) => {
    const leave = await turns.enter(1)
    try {
      return await derive(password, salt, at)
    } finally {
      leave()
    }
  }
  return {
    async hash(password) {
      const salt = randomBytes(saltBytes)
      return encode(cost, salt, await inTurn(password, salt, cost))
    },
    async verify(password, hash) {
      const stored = hash === null ? { cost, salt: Buffer.alloc(saltBytes), key: null } : decode(hash)
      const key = await inTurn(password, stored.salt, stored.cost)
      return stored.key !== null && timingSafeEqual(key, stored.key)
    },
  }
}

function derive(password: string, salt: Buffer, { logN, r, p }: ScryptCost): Promise<Buffer> {
  const N = 2 ** logN
  return new Promise((resolve, reject) => {
    // The same password typed on another keyboard may be composed of other code points.
    scrypt(password.normalize('NFKC'), salt, keyBytes, { N, r, p, maxmem: 256 * N * r }, (error, key) =>
      error === null ? resolve(key) : reject(error),
    )
  })
}

function encode({ logN, r, p }: ScryptCost, salt: Buffer, key: Buffer): string {
  return `$scrypt$ln=${logN},r=${r},p=${p}$${salt.toString('base64')}$${key.toString('base64')}`
}

function decode(hash: string): { cost: ScryptCost; salt: Buffer; key: Buffer } {
  const match = /^\$scrypt\$ln=(\d{1,2}),r=(\d{1,2}),p=(\d{1,2})\$([\w+/=]+)\$([\w+/=]+)$/.exec(hash)
  if (match === null) throw new Error('a stored password hash is unreadable')
  const [logN, r, p] = match.slice(1, 4).map(Number)
  const key = Buffer.from(match[5]!, 'base64')
  if (key.length !== keyBytes) throw new Error('a stored password hash has another length')
  return { cost: { logN: logN!, r: r!, p: p! }, salt: Buffer.from(match[4]!, 'base64'), key }
}
