import { readFile } from 'node:fs/promises'
import { readPolicies, readSitesFile } from '@seine/catalogue'
import { messageOf } from '@seine/runtime'
import type { CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { configPaths } from './sites-file.ts'
import type { SitesFlags } from './sites-flags.ts'

/** Checks a file of sites without a mesh and names every problem: 0 there is none, 1 there are some, 2 it can't be read. */
export async function checkFile(file: string | undefined, flags: SitesFlags, io: CommandIo): Promise<number> {
  const paths = configPaths({ sites: file, policies: flags.policies }, io)
  let texts: { sites: string; policies: string }
  try {
    texts = { sites: await readFile(paths.sites, 'utf8'), policies: await readFile(paths.policies, 'utf8') }
  } catch (error) {
    io.stderr.write(`seine sites: ${messageOf(error)}\n`)
    return exitCodes.usage
  }
  const policies = readPolicies(texts.policies)
  const sites = await readSitesFile(texts.sites, policies.ok ? policies.policies : null)
  const problems = [...(policies.ok ? [] : policies.problems), ...(sites.ok ? [] : sites.problems)]
  const count = sites.ok ? sites.sites.length : null
  if (flags.json) io.stdout.write(`${JSON.stringify({ files: paths, sites: count, problems })}\n`)
  else if (problems.length === 0) io.stdout.write(`${paths.sites}: ${count} sites, nothing is wrong\n`)
  else io.stdout.write(problems.map((problem) => `${problem}\n`).join(''))
  return problems.length === 0 ? exitCodes.ok : exitCodes.failed
}
