import { ApiError } from './api-error.ts'

const loopbackNames = new Set(['localhost', '127.0.0.1', '[::1]'])

/** True for the addresses that only this machine can reach. */
export const isLoopback = (host: string): boolean => /^(localhost|127(\.\d+){3}|::1|\[::1\])$/.test(host)

/**
 * Refuses requests that a browser sends for another site's page: without a login yet, being on the same machine is
 * all the permission there is. `loopbackOnly`: the Host must be a loopback name too, or a name that an attacker points
 * at 127.0.0.1 would make his page the same origin. Throws ApiError 403.
 */
export function refuseForeignPages(header: (name: string) => string | undefined, loopbackOnly: boolean): void {
  const host = header('host') ?? ''
  if (loopbackOnly && !loopbackNames.has(host.replace(/:\d+$/, '')))
    throw new ApiError(403, 'forbidden-host', 'this gateway answers to loopback names only')
  const origin = header('origin')
  if (origin === undefined) return
  if (URL.parse(origin)?.host !== host)
    throw new ApiError(403, 'forbidden-origin', 'requests from pages of other sites are refused')
}
