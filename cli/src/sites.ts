import { readFile } from 'node:fs/promises'
import { resolve } from 'node:path'
import { ApiFailure, type Client, type SiteInput } from '@seine/client'
import { type ImportReport, importReportSchema, type SiteSummary } from '@seine/contracts'
import { messageOf } from '@seine/runtime'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { UsageError, withGateway } from './gateway.ts'
import { checkFile } from './sites-check.ts'
import { listRequest, readSitesFlags, type SitesAction, type SitesFlags } from './sites-flags.ts'
import { importText, probeText, siteDetail, sitesTable } from './sites-text.ts'

export const command: Command = {
  name: 'sites',
  summary: 'List, show, add, check, import, test and remove sites',
  usage:
    'seine sites list [--search text] [--group name] [--policy name] [--enabled|--disabled] [--sort order] | show <site> | ' +
    'add <site> <url>… [--group name] [--policy name] [--max-pages n] [--render http|browser|auto] [--disabled] | ' +
    'check [file] [--policies file] | import <file> [--dry-run] | test <site> [url] | remove <site>; all: [--json] [--gateway url]',
  examples: [
    'seine sites list --group shops --sort=-last-run',
    'seine sites add my-shop https://shop.example.com/ --policy brisk --max-pages 500',
    'seine sites check config/sites.json',
    'seine sites import more-sites.json --dry-run',
    'seine sites test my-shop https://shop.example.com/p/1',
    'seine sites show my-shop --json',
    'seine sites remove my-shop',
  ],
  async run(args, io) {
    const read = readSitesFlags(command, args, io)
    if (read === null) return exitCodes.usage
    const { action, words, flags } = read
    if (action === 'check') return checkFile(words[0], flags, io)
    return withGateway(command, flags.gateway, io, (client) => actions[action]({ client, words, flags, io }))
  },
}

interface Asked {
  readonly client: Client
  /** What stands behind the action. */
  readonly words: readonly string[]
  readonly flags: SitesFlags
  readonly io: CommandIo
}

const actions: Record<Exclude<SitesAction, 'check'>, (asked: Asked) => Promise<number>> = {
  async list({ client, flags, io }) {
    const request = listRequest(flags)
    const sites: SiteSummary[] = []
    for (let page = 1; ; page++) {
      const { data, pagination } = await client.listSites({ ...request, page, perPage: 200 })
      sites.push(...data)
      if (page >= pagination.total_pages) return tell({ flags, io }, sites, () => sitesTable(sites))
    }
  },
  async show({ client, words: [name = ''], flags, io }) {
    const entry = await client.getSite(name)
    return tell({ flags, io }, entry, () => siteDetail(entry))
  },
  async add({ client, words: [name = '', ...startUrls], flags, io }) {
    const entry = await client.createSite(newSite(name, startUrls, flags))
    return tell({ flags, io }, entry, () => siteDetail(entry))
  },
  async import({ client, words: [file = ''], flags, io }) {
    const report = await importFile(client, await readDocument(resolve(io.cwd, file)), flags['dry-run'])
    tell({ flags, io }, report, () => importText(report, flags['dry-run']))
    return report.counts.invalid > 0 ? exitCodes.failed : exitCodes.ok
  },
  async test({ client, words: [name = '', url], flags, io }) {
    const probe = await client.testFetch(name, url === undefined ? {} : { url })
    tell({ flags, io }, probe, () => probeText(probe))
    const isSound = probe.verdict === 'fetched' && (probe.answer?.status ?? 0) < 400
    return isSound && (probe.page?.missingRequired ?? []).length === 0 ? exitCodes.ok : exitCodes.failed
  },
  async remove({ client, words: [name = ''], flags, io }) {
    const { version } = await client.getSite(name)
    const removed = await client.deleteSite(name, version)
    return tell({ flags, io }, removed, () => `${name} is removed; its past runs stay\n`)
  },
}

function tell({ flags, io }: Pick<Asked, 'flags' | 'io'>, value: unknown, text: () => string): number {
  io.stdout.write(flags.json ? `${JSON.stringify(value)}\n` : text())
  return exitCodes.ok
}

function newSite(name: string, startUrls: string[], flags: SitesFlags): SiteInput {
  const { group, policy, render, disabled, 'max-pages': maxPages } = flags
  if (maxPages !== undefined && !/^[1-9]\d{0,7}$/.test(maxPages))
    throw new UsageError(`--max-pages: expected a whole number from 1, got '${maxPages}'`)
  if (render !== undefined && render !== 'http' && render !== 'browser' && render !== 'auto')
    throw new UsageError(`--render: expected http, browser or auto, got '${render}'`)
  return {
    name,
    startUrls,
    enabled: !disabled,
    ...(group === undefined ? {} : { group }),
    ...(policy === undefined ? {} : { policy }),
    ...(render === undefined ? {} : { render }),
    ...(maxPages === undefined ? {} : { maxPages: Number(maxPages) }),
  }
}

async function readDocument(path: string): Promise<{ sites: unknown[] }> {
  try {
    return JSON.parse(await readFile(path, 'utf8')) as { sites: unknown[] }
  } catch (error) {
    throw new UsageError(`${path}: ${messageOf(error)}`)
  }
}

/** An import that was refused for its entries says of each what is wrong. */
async function importFile(client: Client, document: { sites: unknown[] }, dryRun: boolean): Promise<ImportReport> {
  try {
    return await client.importSites(document, { dryRun })
  } catch (error) {
    if (!(error instanceof ApiFailure) || error.status !== 422) throw error
    const report = importReportSchema.safeParse(error.details)
    if (!report.success) throw error
    return report.data
  }
}
