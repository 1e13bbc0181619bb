import { parseArgs } from 'node:util'
import { mergePolicy } from '@seine/catalogue'
import type { HttpFacts, Policy, Site } from '@seine/contracts'
import { type Extraction, extractPage, makeFieldReader, readHttpFacts } from '@seine/extract'
import { type HttpClient, makeAddressGuard, makeHttpClient, makeProxyPool, parseProxies } from '@seine/net'
import { envList, messageOf, readConfig } from '@seine/runtime'
import { canonicalUrl, siteHosts } from '@seine/urls'
import { z } from 'zod'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { extractionText } from './extraction-text.ts'
import { fetchLive } from './fetch-live.ts'
import { withGateway } from './gateway.ts'
import { readSite } from './sites-file.ts'

/** The fetcher's own variables, so that what it may reach is what this may reach. */
const environment = z.object({
  ALLOWED_PRIVATE_NETWORKS: envList([]),
  HOST_OVERRIDES: envList([]),
  PROXIES_DATACENTER: envList([]),
  PROXIES_RESIDENTIAL: envList([]),
})

/** What the command shows of a page. */
export interface ShownPage extends Pick<Extraction, 'seo' | 'product' | 'fields' | 'extracted' | 'missingRequired'> {
  url: string
  redirects: readonly string[]
  status: number
  contentType: string | null
  sizeBytes: number
  responseTimeMs: number
  http: HttpFacts
  /** Selectors that can't be read. */
  problems: readonly string[]
}

export const command: Command = {
  name: 'extract',
  summary: 'Show what the selectors of a site give on a live page',
  usage: 'seine extract <url> --site name [--json] [--sites file] [--policies file | --gateway url]',
  examples: [
    'seine extract https://shop.example.com/p/1 --site my-shop',
    'seine extract https://shop.example.com/p/1 --site my-shop --gateway http://127.0.0.1:8080',
  ],
  async run(args, io) {
    const refuse = (problem: string): number => {
      io.stderr.write(`seine extract: ${problem}\nusage: ${command.usage}\n`)
      return exitCodes.usage
    }
    const fail = (problem: string): number => {
      io.stderr.write(`seine extract: ${problem}\n`)
      return exitCodes.failed
    }
    let read: ReturnType<typeof readArguments>
    try {
      read = readArguments(args)
    } catch (error) {
      return refuse(messageOf(error).split('. ')[0] ?? '')
    }
    const { flags, positionals } = read
    const url = canonicalUrl(positionals[0] ?? '')
    if (positionals.length !== 1 || url === null) return refuse('which page? One http or https URL')
    if (flags.site === undefined) return refuse('of which site? --site name')

    const loaded = await (flags.gateway === undefined
      ? readSite(flags.site, flags, io).catch((error: unknown) => messageOf(error))
      : siteOfMesh(flags.site, flags.gateway, io))
    if (typeof loaded === 'string') return refuse(loaded)
    if (typeof loaded === 'number') return loaded
    const { site, policy } = loaded
    const http = openHttp(io.env)
    if (typeof http === 'string') return refuse(http)
    try {
      const live = await fetchLive(url, policy, http)
      if (!live.ok) return fail(`${live.url}: ${live.problem}`)
      const reader = await makeFieldReader(site.fields)
      const { headers, status, body, durationMs } = live.page
      const extraction = extractPage({
        url: live.url,
        html: live.html,
        headers,
        siteHosts: siteHosts(site),
        fields: reader,
      })
      const shown: ShownPage = {
        url: live.url,
        redirects: live.redirects,
        status,
        contentType: headers['content-type'] ?? null,
        sizeBytes: body.byteLength,
        responseTimeMs: Math.round(durationMs),
        http: readHttpFacts({ url: live.url, headers, httpVersion: '1.1' }),
        problems: (reader?.problems ?? []).map(({ name, option, problem }) => `${name}: ${option}: ${problem}`),
        fields: extraction.fields,
        extracted: extraction.extracted,
        missingRequired: extraction.missingRequired,
        product: extraction.product,
        seo: extraction.seo,
      }
      io.stdout.write(flags.json ? `${JSON.stringify(shown)}\n` : extractionText(shown))
      const isSound = status < 400 && shown.missingRequired.length === 0 && shown.problems.length === 0
      return isSound ? exitCodes.ok : exitCodes.failed
    } finally {
      await http.close()
    }
  },
}

const readArguments = (args: string[]) => {
  const { values: flags, positionals } = parseArgs({
    args,
    options: {
      site: { type: 'string' },
      sites: { type: 'string' },
      policies: { type: 'string' },
      gateway: { type: 'string' },
      json: { type: 'boolean', default: false },
    },
    strict: true,
    allowPositionals: true,
  })
  return { flags, positionals }
}

/** A site as a running mesh knows it, also one that the API made; the exit code where it can't be had. */
async function siteOfMesh(
  name: string,
  gateway: string,
  io: CommandIo,
): Promise<{ site: Site; policy: Policy } | number> {
  let found: { site: Site; policy: Policy } | null = null
  const code = await withGateway(command, gateway, io, async (client) => {
    const { site } = await client.getSite(name)
    const { policy } = await client.getPolicy(site.policy)
    found = { site, policy: mergePolicy(policy, site.policyOverrides) }
    return exitCodes.ok
  })
  return found ?? code
}

/** The client the environment allows, or what is wrong with it. */
function openHttp(env: Readonly<Record<string, string | undefined>>): HttpClient | string {
  try {
    const config = readConfig(environment, env)
    const pools = { datacenter: config.PROXIES_DATACENTER, residential: config.PROXIES_RESIDENTIAL }
    return makeHttpClient({
      guard: makeAddressGuard({ allowedPrivate: config.ALLOWED_PRIVATE_NETWORKS }),
      hostOverrides: Object.fromEntries(config.HOST_OVERRIDES.map(readOverride)),
      proxyPools: Object.fromEntries(
        Object.entries(pools)
          .map(([name, proxies]) => [name, parseProxies(proxies)] as const)
          .filter(([, proxies]) => proxies.length > 0)
          .map(([name, proxies]) => [name, makeProxyPool({ proxies, nowMs: Date.now })]),
      ),
    })
  } catch (error) {
    return messageOf(error)
  }
}

function readOverride(pair: string): [string, string] {
  const [name, address, ...rest] = pair.split('=')
  if (!name || !address || rest.length > 0) throw new TypeError(`HOST_OVERRIDES: expected name=address, got '${pair}'`)
  return [name.toLowerCase(), address]
}
