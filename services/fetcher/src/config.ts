import { pools } from '@seine/contracts'
import { commonEnv, envInt, envList, envOneOf, envOptional } from '@seine/runtime'
import { z } from 'zod'

/** Environment of a fetcher. */
export const configSchema = z.object({
  ...commonEnv,
  /** Which class of work it takes. */
  FETCH_POOL: envOneOf(pools, 'http'),
  /** Tasks held at once by this process, all hosts together. */
  FETCH_CONCURRENCY: envInt({ min: 1, max: 2_000, default: 128 }),
  /** Private networks that may be fetched from, as CIDRs: `10.1.0.0/16,127.0.0.0/8`. Empty: public addresses alone. */
  ALLOWED_PRIVATE_NETWORKS: envList([]),
  /** Names resolved here and not by DNS: `shop.test=127.0.0.1,*.sample.test=127.0.0.1`. */
  HOST_OVERRIDES: envList([]),
  /** Proxies behind the pool that a policy names: `http://user:password@host:port` or `socks5://…`. Empty: the pool can't be used. */
  PROXIES_DATACENTER: envOptional(),
  PROXIES_RESIDENTIAL: envOptional(),
})

export type FetcherConfig = z.output<typeof configSchema>

/**
 * Reads `name=address` pairs. Throws TypeError naming the pair that is none.
 */
export function readHostOverrides(pairs: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    pairs.map((pair) => {
      const [name, address, ...rest] = pair.split('=')
      if (!name || !address || rest.length > 0)
        throw new TypeError(`HOST_OVERRIDES: expected name=address, got '${pair}'`)
      return [name.toLowerCase(), address]
    }),
  )
}
