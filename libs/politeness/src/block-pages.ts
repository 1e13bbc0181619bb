/** A page that a bot protection sent in place of the one asked for. */
export interface BlockPage {
  /** `captcha`: wants a person. `challenge`: wants a browser. `denied`: wants nobody. */
  readonly kind: 'captcha' | 'challenge' | 'denied'
  /** Whose protection it is. */
  readonly vendor: string
}

interface Signature extends BlockPage {
  /** Header that gives it away; the value has to match. */
  readonly header?: readonly [name: string, value: RegExp]
  /** All of these are in the beginning of the body. */
  readonly body?: readonly string[]
}

/** Bytes of a body that are looked at. */
export const maxBlockPageChars = 65_536

const signatures: readonly Signature[] = [
  { vendor: 'cloudflare', kind: 'challenge', header: ['cf-mitigated', /^challenge$/i] },
  { vendor: 'cloudflare', kind: 'challenge', body: ['/cdn-cgi/challenge-platform/', 'Just a moment...'] },
  { vendor: 'cloudflare', kind: 'captcha', body: ['cf-captcha-container'] },
  { vendor: 'cloudflare', kind: 'denied', body: ['cf-error-details', 'Sorry, you have been blocked'] },
  { vendor: 'aws-waf', kind: 'captcha', header: ['x-amzn-waf-action', /^captcha$/i] },
  { vendor: 'aws-waf', kind: 'challenge', header: ['x-amzn-waf-action', /^challenge$/i] },
  { vendor: 'datadome', kind: 'captcha', body: ['captcha-delivery.com'] },
  { vendor: 'perimeterx', kind: 'captcha', body: ['px-captcha'] },
  { vendor: 'incapsula', kind: 'challenge', body: ['_Incapsula_Resource', 'incident'] },
  { vendor: 'akamai', kind: 'denied', body: ['Access Denied', 'errors.edgesuite.net'] },
  { vendor: 'sucuri', kind: 'denied', body: ['Sucuri WebSite Firewall'] },
  { vendor: 'kasada', kind: 'challenge', header: ['x-kpsdk-ct', /./] },
  { vendor: 'amazon', kind: 'captcha', body: ['/errors/validateCaptcha'] },
  { vendor: 'recaptcha', kind: 'captcha', body: ['g-recaptcha'] },
  { vendor: 'hcaptcha', kind: 'captcha', body: ['h-captcha'] },
]

// Shops have captchas in their forms and scripts of protections in all their pages: with 200 only what is sent
// instead of a page tells, and that is short.
const refusals = new Set([401, 403, 405, 406, 429, 430, 503, 999])
const maxChallengeChars = 16_384
const sentWith200 = new Set(['datadome', 'amazon', 'perimeterx', 'incapsula', 'cloudflare'])

/**
 * Recognises a block page or captcha, so that it is counted and never taken for the page.
 *
 * @param headers names in lower case.
 * @param body the text, or its beginning.
 */
export function recogniseBlockPage(answer: {
  readonly status: number
  readonly headers: Readonly<Record<string, string | undefined>>
  readonly body: string
}): BlockPage | null {
  const refusal = refusals.has(answer.status)
  const start = answer.body.slice(0, maxBlockPageChars)
  for (const { vendor, kind, header, body } of signatures) {
    if (header?.[1].test(answer.headers[header[0]] ?? '') && (refusal || vendor !== 'kasada')) return { vendor, kind }
    const looksLike = refusal || (answer.body.length <= maxChallengeChars && sentWith200.has(vendor))
    if (body && looksLike && body.every((part) => start.includes(part))) return { vendor, kind }
  }
  return null
}
