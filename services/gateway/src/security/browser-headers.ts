/** Answers of the API are data: nothing in them is run, shown or framed by a browser. */
const dataPolicy = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
const yearSeconds = 365 * 24 * 3_600

/**
 * Adds what keeps browsers careful to every answer; pages bring a Content-Security-Policy of their own. `https`: people
 * reach the gateway over TLS alone, so browsers may remember that for a year (RFC 6797).
 */
export function addBrowserHeaders(headers: Headers, { https }: { https: boolean }): void {
  if (!headers.has('Content-Security-Policy')) headers.set('Content-Security-Policy', dataPolicy)
  headers.set('X-Content-Type-Options', 'nosniff')
  headers.set('X-Frame-Options', 'DENY')
  headers.set('Referrer-Policy', 'no-referrer')
  headers.set('Cross-Origin-Opener-Policy', 'same-origin')
  headers.set('Cross-Origin-Resource-Policy', 'same-origin')
  headers.set('Permissions-Policy', 'camera=(), geolocation=(), microphone=(), payment=(), usb=()')
  if (https) headers.set('Strict-Transport-Security', `max-age=${yearSeconds}; includeSubDomains`)
}
