import { Resolver } from 'node:dns/promises'

export interface ResolvedAddress {
  address: string
  family: 4 | 6
}

/** Rejects with an error whose `code` is `ENOTFOUND` or `ENODATA` when the name has no address, any other code when DNS failed. */
export type Resolve = (hostname: string) => Promise<ResolvedAddress[]>

/** Is this rejection the resolver's word that there is no such name, as opposed to no word? */
export function isNotFound(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException | null)?.code
  return code === 'ENOTFOUND' || code === 'ENODATA' || code === 'EBADNAME' || code === 'EAI_NONAME'
}

/**
 * Asks the machine's DNS servers, A and AAAA at once, IPv4 first. It doesn't use `getaddrinfo`: that blocks one of
 * four pool threads for as long as a dead host's name servers stay silent (keeps I4). So hosts files aren't read:
 * `hostOverrides` is for that.
 */
export function makeDnsResolver({ timeoutMs = 2_000, tries = 2 } = {}): Resolve {
  const resolver = new Resolver({ timeout: timeoutMs, tries })
  return async (hostname) => {
    const [four, six] = await Promise.allSettled([resolver.resolve4(hostname), resolver.resolve6(hostname)])
    const found: ResolvedAddress[] = []
    if (four.status === 'fulfilled') for (const address of four.value) found.push({ address, family: 4 })
    if (six.status === 'fulfilled') for (const address of six.value) found.push({ address, family: 6 })
    if (found.length > 0) return found
    // "No such name" is believed only when neither question went unanswered.
    const reasons = [four, six].flatMap((r) => (r.status === 'rejected' ? [r.reason as unknown] : []))
    throw reasons.find((reason) => !isNotFound(reason)) ?? reasons[0]
  }
}

/**
 * Remembers answers for `ttlMs`, at most `maxNames` of them, and lets callers who ask for the same name at once share
 * one question. Failures are not remembered. Every connection still checks every address it is given.
 */
export function cacheResolve(resolve: Resolve, { ttlMs, maxNames, nowMs }: DnsCacheOptions): Resolve {
  const known = new Map<string, { answer: Promise<ResolvedAddress[]>; untilMs: number }>()
  return (hostname) => {
    const entry = known.get(hostname)
    if (entry !== undefined && nowMs() < entry.untilMs) return entry.answer
    known.delete(hostname)
    if (known.size >= maxNames) known.delete(known.keys().next().value as string)
    const answer = resolve(hostname)
    const fresh = { answer, untilMs: nowMs() + ttlMs }
    known.set(hostname, fresh)
    answer.catch(() => {
      if (known.get(hostname) === fresh) known.delete(hostname)
    })
    return answer
  }
}

export interface DnsCacheOptions {
  ttlMs: number
  maxNames: number
  nowMs: () => number
}

/**
 * The fixed address of a name in `hostOverrides`, or null. Keys are `shop.test`, or `*.test` for any name below
 * `test`; the longest key wins.
 */
export function makeOverrides(hostOverrides: Readonly<Record<string, string>>): (hostname: string) => string | null {
  const exact = new Map(Object.entries(hostOverrides).filter(([name]) => !name.startsWith('*.')))
  const below = Object.entries(hostOverrides)
    .filter(([name]) => name.startsWith('*.'))
    .map(([name, ip]) => ({ suffix: name.slice(1), ip }))
    .sort((a, b) => b.suffix.length - a.suffix.length)
  return (hostname) => {
    const name = hostname.endsWith('.') ? hostname.slice(0, -1) : hostname
    return exact.get(name) ?? below.find(({ suffix }) => name.endsWith(suffix))?.ip ?? null
  }
}
