import { createHash, randomBytes } from 'node:crypto'

/** A new UUIDv7 (RFC 9562 §5.7): time-ordered, so rows of a run lie together in an index. Fractions of a ms are dropped. */
export function newId(nowMs: number = Date.now(), random: Uint8Array = randomBytes(10)): string {
  const hex = Math.trunc(nowMs).toString(16).padStart(12, '0') + Buffer.from(random).toString('hex')
  const variant = ((Number.parseInt(hex[16]!, 16) & 0x3) | 0x8).toString(16)
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-7${hex.slice(13, 16)}-${variant}${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}

/** The id of a page of a site whatever the run, for what is kept beyond one: a UUIDv8 over site and canonical URL. */
export function pageIdOf(site: string, canonicalUrl: string): string {
  return hashedId(`${site}\n${canonicalUrl}`)
}

/**
 * The id of a URL within a site run: a UUIDv8 over run, site and canonical URL. Whoever sees the same URL twice computes
 * the same id, so entering it is `ON CONFLICT DO NOTHING` on the primary key, and the same page in another run of the
 * site is found without an index on the URL.
 */
export function urlIdOf(runId: string, site: string, canonicalUrl: string): string {
  return hashedId(`${runId}/${site}\n${canonicalUrl}`)
}

function hashedId(of: string): string {
  const hex = createHash('sha256').update(of).digest('hex')
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-8${hex.slice(13, 16)}-8${hex.slice(17, 20)}-${hex.slice(20, 32)}`
}
