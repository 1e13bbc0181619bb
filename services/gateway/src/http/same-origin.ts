import { ApiError } from './api-error.ts'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** True for the addresses that only this machine can reach. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host)

/** True where a `Host` header names this machine: no TLS is between the browser and the gateway then. */
export const isLoopbackHost = (host: string): boolean => loopbackNames.has(host.replace(/:\d+$/, '').toLowerCase())

export interface OriginRules {
  /**
   * True: the Host must be a loopback name or the public one, or a name that an attacker points at 127.0.0.1 would make his page the same
   * origin.
   */
  readonly loopbackOnly: boolean
  /** The origin that people use where a proxy ends TLS in front: `https://seine.example`. */
  readonly publicOrigin?: string | undefined
}

/**
 * Refuses requests that a browser sends for another site's page: its cookie must not be worth anything there. Throws
 * ApiError 403. What has no Origin was sent by a program, or by a page of this gateway that only looks.
 */
export function refuseForeignPages(header: (name: string) => string | undefined, rules: OriginRules): void {
  const host = header('host') ?? ''
  const publicHost = rules.publicOrigin === undefined ? undefined : new URL(rules.publicOrigin).host
  if (rules.loopbackOnly && host !== publicHost && !isLoopbackHost(host))
    throw new ApiError(403, 'forbidden-host', 'this gateway answers to loopback names only')
  const origin = header('origin')
  if (origin === undefined || origin === rules.publicOrigin) return
  if (URL.parse(origin)?.host !== host)
    throw new ApiError(403, 'forbidden-origin', 'requests from pages of other sites are refused')
}
