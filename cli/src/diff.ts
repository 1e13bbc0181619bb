import { createWriteStream } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { parseArgs } from 'node:util'
import type { Client } from '@seine/client'
import type { RunDiff, RunDiffSite } from '@seine/contracts'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { findRun, withGateway } from './gateway.ts'
import { gatewayFlags } from './run-arguments.ts'
import { table } from './table.ts'

const firstPollMs = 200
const maxPollMs = 3_000
const sitesPerPage = 200

export const command: Command = {
  name: 'diff',
  summary: 'Compare two runs: what changed from the first to the second',
  usage: 'seine diff <run> <run> [--site name] [--out folder] [--json] [--gateway url]',
  examples: ['seine diff 01a1fb82 last', 'seine diff 01a1fb82 01a2c0de --site shop --out changes'],
  async run(args, io) {
    const read = readArguments(args, io)
    if (read === null) return exitCodes.usage
    const { gateway, json, site, out } = read.flags
    return withGateway(command, gateway, io, async (client) => {
      const [before, after] = [await findRun(client, read.before), await findRun(client, read.after)]
      const created = await client.createDiff({ before, after, ...(site === undefined ? {} : { site }) })
      const diff = await untilItEnds(client, created)
      const sites = await sitesOf(client, diff.id)
      if (out !== undefined) await writeFiles(client, { diff, sites }, join(io.cwd, out))
      io.stdout.write(json ? `${JSON.stringify({ ...diff, sites })}\n` : textOf(diff, sites, out))
      return diff.status === 'completed' && diff.siteCounts.failed === 0 ? exitCodes.ok : exitCodes.failed
    })
  },
}

function readArguments(args: string[], io: CommandIo) {
  try {
    const options = { ...gatewayFlags, site: { type: 'string' }, out: { type: 'string' } } as const
    const { values, positionals } = parseArgs({ args, options, strict: true, allowPositionals: true })
    const [before, after, ...others] = positionals
    if (before === undefined || after === undefined || others.length > 0)
      throw new Error('expected two runs: each its id, the first letters of it, or "last"')
    return { before, after, flags: values }
  } catch (error) {
    const problem = error instanceof Error ? error.message.split('. ')[0] : String(error)
    io.stderr.write(`seine ${command.name}: ${problem}\nusage: ${command.usage}\n`)
    return null
  }
}

/** A comparison ends: what no exporter answers is given up by the scheduler. */
async function untilItEnds(client: Client, created: RunDiff): Promise<RunDiff> {
  let diff = created
  for (let pauseMs = firstPollMs; diff.status === 'running'; pauseMs = Math.min(maxPollMs, pauseMs * 1.5)) {
    await sleep(pauseMs)
    diff = await client.getDiff(diff.id)
  }
  return diff
}

async function sitesOf(client: Client, id: string): Promise<RunDiffSite[]> {
  const sites: RunDiffSite[] = []
  for (let page = 1; ; page++) {
    const { data, pagination } = await client.listDiffSites(id, { page, perPage: sitesPerPage })
    sites.push(...data)
    if (data.length === 0 || sites.length >= pagination.total) return sites
  }
}

/** `<folder>/<site>/diff.csv` of every site that was compared, and `summary.json`. */
async function writeFiles(
  client: Client,
  { diff, sites }: { diff: RunDiff; sites: readonly RunDiffSite[] },
  folder: string,
): Promise<void> {
  await mkdir(folder, { recursive: true })
  for (const { site, status } of sites) {
    if (status !== 'complete') continue
    const file = await client.diffFile(diff.id, site)
    if (file === null) throw new Error(`the changes of '${site}' are not kept any more`)
    await mkdir(join(folder, site), { recursive: true })
    await pipeline(Readable.fromWeb(file.body as never), createWriteStream(join(folder, site, 'diff.csv')))
  }
  await writeFile(join(folder, 'summary.json'), `${JSON.stringify({ ...diff, sites }, null, 2)}\n`)
}

const columns = ['added', 'removed', 'changed', 'moved', 'unchanged', 'notChecked'] as const

function textOf(diff: RunDiff, sites: readonly RunDiffSite[], out: string | undefined): string {
  const compared = sites.filter(({ counts }) => counts !== null)
  const rows = compared.map(({ site, counts }) => [site, ...columns.map((name) => counts?.[name] ?? 0)])
  if (compared.length > 1) rows.push(['all', ...columns.map((name) => diff.counts[name])])
  const header = ['site', 'added', 'removed', 'changed', 'moved', 'unchanged', 'not checked']
  const others = sites
    .filter(({ counts }) => counts === null)
    .map(({ site, status, reason }) => `${site}: ${status === 'failed' ? 'failed: ' : 'not compared: '}${reason}\n`)
  return [
    `From run ${diff.before}\nto run   ${diff.after}\n\n`,
    rows.length === 0 ? '' : table(header, rows),
    others.length === 0 ? '' : `\n${others.join('')}`,
    out === undefined || rows.length === 0 ? '' : `\nFiles in ${out}\n`,
  ].join('')
}
