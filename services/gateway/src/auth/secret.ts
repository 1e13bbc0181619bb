import { createHash, randomBytes, timingSafeEqual } from 'node:crypto'

/** A secret of 256 random bits as 43 characters that are safe in cookies, headers and URLs. */
export const newSecret = (): string => randomBytes(32).toString('base64url')

/** What is stored in a secret's place, hex. One round is enough for 256 random bits; passwords need more (`password.ts`). */
export const digestOf = (secret: string): string => createHash('sha256').update(secret).digest('hex')

/** Compares without telling by its time where they differ. */
export function sameSecret(one: string, other: string): boolean {
  return timingSafeEqual(createHash('sha256').update(one).digest(), createHash('sha256').update(other).digest())
}
