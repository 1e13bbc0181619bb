import { ApiError } from '../http/api-error.ts'
import type { AnyRoute } from '../http/route.ts'
import { mayUse } from './caller.ts'
import type { Identity } from './identify.ts'
import { sameSecret } from './secret.ts'

export const csrfHeader = 'X-CSRF-Token'

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS'])

/**
 * Lets a request to a route pass or throws ApiError: 401 for nobody, 403 for somebody who may not, or for a session's
 * unsafe request without its CSRF token.
 */
export function authorize(
  route: Pick<AnyRoute, 'access'>,
  identity: Identity,
  request: { method: string; header(name: string): string | undefined },
): void {
  if (route.access === 'public') return
  const { caller, csrfToken } = identity
  if (caller.kind === 'anonymous') throw unauthenticated(identity)
  if (!mayUse(caller.access, route.access)) {
    const details = { needed: route.access, has: caller.access }
    throw new ApiError(403, 'forbidden', `this needs '${route.access}', ${caller.name} has '${caller.access}'`, details)
  }
  if (csrfToken === null || safeMethods.has(request.method)) return
  if (!sameSecret(request.header(csrfHeader) ?? '', csrfToken))
    throw new ApiError(403, 'csrf', `${csrfHeader} is missing or of another session: GET /api/session tells it`)
}

/** What nobody is answered. */
export const unauthenticated = (
  { refused }: Pick<Identity, 'refused'>,
  details: Record<string, unknown> = {},
): ApiError =>
  new ApiError(
    401,
    'unauthenticated',
    refused ?? 'log in, or send an API key in "Authorization: Bearer <key>"',
    details,
  )
