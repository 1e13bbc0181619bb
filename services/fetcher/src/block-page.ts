import type { HttpPage } from '@seine/net'
import { type BlockPage, maxBlockPageChars, recogniseBlockPage } from '@seine/politeness'

/** Longest body of a 2xx that can still be a block page: what is longer is a page. Saves decoding every page twice. */
const maxChallengeBytes = 16_384

/** The block page or captcha that was answered instead of the page. Null: none. */
export function blockPageOf({ status, headers, body }: HttpPage): BlockPage | null {
  if (status < 400 && body.byteLength > maxChallengeBytes) return null
  const head = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, maxBlockPageChars))
  return recogniseBlockPage({ status, headers, body: head.toString('latin1') })
}
