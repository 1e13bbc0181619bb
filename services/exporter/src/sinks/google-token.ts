import { createSign } from 'node:crypto'
import { z } from 'zod'
import type { AskJson } from './ask-json.ts'

/** What is used of a service account's key file. */
export const serviceAccountSchema = z.object({
  client_email: z.string().min(1),
  private_key: z.string().startsWith('-----BEGIN'),
  private_key_id: z.string().optional(),
  token_uri: z.url({ protocol: /^https?$/ }),
})

export type ServiceAccount = z.output<typeof serviceAccountSchema>

const lifetimeS = 3_600
/** A token that ends sooner is not used any more. */
const spareMs = 60_000
const tokenSchema = z.object({ access_token: z.string().min(1), expires_in: z.number().positive() })

/**
 * Gives access tokens of a service account: a JWT signed with its key (RFC 7523, RS256) is exchanged for one, which is used until shortly
 * before its end.
 */
export function makeGoogleToken(deps: {
  account: ServiceAccount
  scope: string
  ask: AskJson
  /** Unix ms. */
  nowMs: () => number
}): (signal: AbortSignal) => Promise<string> {
  const { account, ask, nowMs } = deps
  let held: { token: string; untilMs: number } | null = null
  return async (signal) => {
    if (held !== null && nowMs() < held.untilMs) return held.token
    const askedAtMs = nowMs()
    const assertion = signedClaims(account, deps.scope, askedAtMs)
    const answer = await ask(account.token_uri, {
      method: 'POST',
      headers: { 'content-type': 'application/x-www-form-urlencoded' },
      body: new URLSearchParams({ grant_type: 'urn:ietf:params:oauth:grant-type:jwt-bearer', assertion }).toString(),
      signal,
    })
    const { access_token: token, expires_in: expiresInS } = tokenSchema.parse(answer)
    held = { token, untilMs: askedAtMs + expiresInS * 1_000 - spareMs }
    return token
  }
}

function signedClaims(account: ServiceAccount, scope: string, nowMs: number): string {
  const issuedAtS = Math.floor(nowMs / 1_000)
  const key = account.private_key_id === undefined ? {} : { kid: account.private_key_id }
  const header = { alg: 'RS256', typ: 'JWT', ...key }
  const claims = {
    iss: account.client_email,
    scope,
    aud: account.token_uri,
    iat: issuedAtS,
    exp: issuedAtS + lifetimeS,
  }
  const signed = [header, claims].map((part) => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${signed}.${createSign('RSA-SHA256').update(signed).sign(account.private_key, 'base64url')}`
}
