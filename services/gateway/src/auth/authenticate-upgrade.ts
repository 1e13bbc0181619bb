import type { IncomingMessage } from 'node:http'
import type { Caller } from './caller.ts'

/** An upgrade to a WebSocket that was refused: answer this status, close the socket. */
export interface UpgradeRefusal {
  readonly status: 401 | 403 | 429 | 503
  readonly code: string
  readonly message: string
  /** To be sent with the status, such as `Retry-After`. */
  readonly headers: Readonly<Record<string, string>>
}

export type UpgradeAnswer =
  | { readonly ok: true; readonly caller: Caller }
  | { readonly ok: false; readonly refusal: UpgradeRefusal }

/**
 * Says who wants a WebSocket: browsers by their session cookie and an Origin of this gateway, programs by an API key in
 * `Authorization`. Whoever may not even read is refused. Never rejects.
 */
export type AuthenticateUpgrade = (request: IncomingMessage) => Promise<UpgradeAnswer>
