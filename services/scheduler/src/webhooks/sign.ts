import { createHmac, randomBytes } from 'node:crypto'

/** A new secret as receivers are told it: `whsec_` and 32 bytes in base64. */
export const newSecret = (random: Uint8Array = randomBytes(32)): string =>
  `whsec_${Buffer.from(random).toString('base64')}`

/**
 * Headers by which a receiver knows who sent this, unchanged and just now (Standard Webhooks: HMAC-SHA256 over id, timestamp
 * and body). Each secret signs: while a secret is being changed there are two.
 */
export function signedHeaders(message: {
  /** The same in every attempt: receivers know by it what they have had before. */
  readonly id: string
  readonly nowMs: number
  readonly body: string
  readonly secrets: readonly string[]
}): Record<string, string> {
  const timestamp = String(Math.floor(message.nowMs / 1_000))
  const signed = `${message.id}.${timestamp}.${message.body}`
  const signatures = message.secrets.map((secret) => `v1,${signatureOf(secret, signed)}`)
  return {
    'content-type': 'application/json',
    'user-agent': 'Seine-Webhooks/1',
    'webhook-id': message.id,
    'webhook-timestamp': timestamp,
    'webhook-signature': signatures.join(' '),
  }
}

const signatureOf = (secret: string, signed: string): string =>
  createHmac('sha256', Buffer.from(secret.replace(/^whsec_/, ''), 'base64'))
    .update(signed)
    .digest('base64')
