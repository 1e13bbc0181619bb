import type { IncomingMessage } from 'node:http'
import { ApiError, toApiError } from '../http/api-error.ts'
import { clientAddress } from '../http/client-address.ts'
import { type OriginRules, refuseForeignPages } from '../http/same-origin.ts'
import type { LimitCaller } from '../limits/limit-callers.ts'
import { authorize } from './authorize.ts'
import type { Caller } from './caller.ts'
import type { Identify } from './identify.ts'

/** An upgrade to a WebSocket that was refused: answer this status, close the socket. */
export interface UpgradeRefusal {
  readonly status: number
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

export function makeAuthenticateUpgrade(deps: {
  identify: Identify
  /** Absent: everybody may open as many as they like. */
  limit?: LimitCaller
  origins: OriginRules
  trustedProxies: number
}): AuthenticateUpgrade {
  const { identify, limit, origins, trustedProxies } = deps
  return async (request) => {
    const header = (name: string) => {
      const value = request.headers[name.toLowerCase()]
      return Array.isArray(value) ? value.join(', ') : value
    }
    try {
      refuseForeignPages(header, origins)
      const address = clientAddress(request.socket.remoteAddress, header('x-forwarded-for'), trustedProxies)
      // A page that is left open does not keep its session: it is asked again and again who it is.
      const identity = await identify({ header, address, isNoUse: true })
      await limit?.(identity.caller)
      authorize({ access: 'read' }, identity, { method: 'GET', header })
      // A cookie comes from a browser, and every browser says which page wants the socket.
      if (identity.caller.kind === 'session' && header('origin') === undefined)
        throw new ApiError(403, 'forbidden-origin', 'a session needs an Origin to open a WebSocket')
      return { ok: true, caller: identity.caller }
    } catch (error) {
      const { status, code, message, headers } = toApiError(error)
      return { ok: false, refusal: { status, code, message, headers } }
    }
  }
}
