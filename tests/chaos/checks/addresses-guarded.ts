import type { RoundEvidence } from '../round-evidence.ts'

/** I9: nothing comes to an address that was not allowed by name, though links, a redirect and a sitemap lead there. */
export function addressesGuarded({ forbidden, visits }: Pick<RoundEvidence, 'forbidden' | 'visits'>): string[] {
  // A host that is none of the world's came to its server by a way that nobody gave.
  const strangers = visits.filter(({ status }) => status === 421).map(({ host, path }) => `asked for ${host}${path}`)
  return [...forbidden.map((text) => `came to the forbidden address: ${text}`), ...strangers]
}
