import { join, resolve } from 'node:path'
import type { Client } from '@seine/client'
import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { formatBytes } from './format.ts'
import { findRun, UsageError, withGateway } from './gateway.ts'
import { gatewayFlags, readRunArguments } from './run-arguments.ts'
import { saveVerified } from './save-verified.ts'

interface Saved {
  readonly path: string
  readonly sizeBytes: number
  readonly sha256: string
}

export const command: Command = {
  name: 'export',
  summary: 'Download what a run made, and check every byte of it',
  usage: 'seine export <run> [--site name] [--out folder] [--json] [--gateway url]',
  examples: ['seine export last', 'seine export last --site shop --out reports', 'seine export 01a1fb82 --json'],
  /** Exit code 0: all is there. 1: the run has made nothing yet, or a file came otherwise than it was written. */
  async run(args, io) {
    const options = { ...gatewayFlags, site: { type: 'string' }, out: { type: 'string', default: '.' } } as const
    const read = readRunArguments(command, args, options, io)
    if (read === null) return exitCodes.usage
    const { gateway, json, site, out } = read.flags
    return withGateway(command, gateway, io, async (client) => {
      const id = await findRun(client, read.run)
      const folder = resolve(io.cwd, out)
      const problems: string[] = []
      const saved = await (site === undefined
        ? saveArchive(client, id, folder, problems)
        : saveSite(client, id, site, join(folder, site), problems))
      if (json) io.stdout.write(`${JSON.stringify({ run: id, files: saved })}\n`)
      else for (const { path, sizeBytes } of saved) io.stdout.write(`${path} (${formatBytes(sizeBytes)})\n`)
      for (const problem of problems) io.stderr.write(`seine export: ${problem}\n`)
      return problems.length === 0 ? exitCodes.ok : exitCodes.failed
    })
  },
}

async function saveArchive(client: Client, id: string, folder: string, problems: string[]): Promise<Saved[]> {
  const run = await client.getRun(id)
  const parts = run.archiveParts ?? (run.archive === null ? [] : [run.archive])
  if (parts.length === 0) problems.push(`run ${id} has no archive (it is ${run.status})`)
  const saved: Saved[] = []
  for (const [index, { path, sha256 }] of parts.entries()) {
    const name = `seine-${id}-${path.split('/').at(-1)}`
    const file = join(folder, name)
    const problem = await saveVerified(await client.archive(id, index + 1), file, sha256)
    if (problem === null) saved.push({ path: file, sizeBytes: parts[index]!.sizeBytes, sha256 })
    else problems.push(`${name}: ${problem}`)
  }
  return saved
}

async function saveSite(
  client: Client,
  id: string,
  site: string,
  folder: string,
  problems: string[],
): Promise<Saved[]> {
  const manifest = await client.manifest(id)
  const found = manifest.sites.find((each) => each.site === site)
  if (found === undefined) throw new UsageError(`the run has no site '${site}'`)
  if (found.files.length === 0) problems.push(`'${site}' has made no files (it is ${found.status})`)
  const saved: Saved[] = []
  for (const { path, size, sha256 } of found.files) {
    const name = path.split('/').at(-1)!
    const file = join(folder, name)
    const problem = await saveVerified(await client.artifact(id, site, name), file, sha256)
    if (problem === null) saved.push({ path: file, sizeBytes: size, sha256 })
    else problems.push(`${path}: ${problem}`)
  }
  return saved
}
