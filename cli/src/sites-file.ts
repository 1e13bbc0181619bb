import { readFile } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { mergePolicy } from '@seine/catalogue'
import { type Policy, policiesFileSchema, policySchema, type Site, sitesFileSchema } from '@seine/contracts'
import { messageOf } from '@seine/runtime'
import { projectRoot } from '@seine/stack'
import { parse as parseYaml } from 'yaml'
import type { z } from 'zod'
import type { CommandIo } from './command.ts'

export interface ConfigFiles {
  /** Absent: SITES_FILE, else `config/sites.json` of the checkout. */
  sites?: string | undefined
  /** Absent: POLICIES_FILE, else `config/policies.yml`. */
  policies?: string | undefined
}

/** Where the files are that a scheduler of this checkout would read. */
export function configPaths(
  { sites, policies }: ConfigFiles,
  io: Pick<CommandIo, 'env' | 'cwd'>,
): { sites: string; policies: string } {
  const path = (given: string | undefined, variable: string, file: string): string =>
    resolve(io.cwd, given ?? io.env[variable] ?? join(projectRoot, 'config', file))
  return {
    sites: path(sites, 'SITES_FILE', 'sites.json'),
    policies: path(policies, 'POLICIES_FILE', 'policies.yml'),
  }
}

/**
 * One site and its policy as the files say, what the site does otherwise included, without a running mesh. Throws Error with one message that names the file and
 * everything that is wrong in it, or the sites that there are.
 */
export async function readSite(
  name: string,
  files: ConfigFiles,
  io: Pick<CommandIo, 'env' | 'cwd'>,
): Promise<{ site: Site; policy: Policy }> {
  const { sites: sitesPath, policies: policiesPath } = configPaths(files, io)
  const { sites } = await readChecked(sitesPath, JSON.parse, sitesFileSchema)
  const site = sites.find((one) => one.name === name)
  if (site === undefined)
    throw new Error(`${sitesPath}: no site '${name}', there are ${sites.map((one) => one.name).join(', ')}`)
  const { policies } = await readChecked(policiesPath, parseYaml, policiesFileSchema)
  const policy = policies[site.policy] ?? (site.policy === 'default' ? policySchema.parse({}) : undefined)
  if (policy === undefined) {
    throw new Error(`${policiesPath}: no policy '${site.policy}', there are ${Object.keys(policies).join(', ')}`)
  }
  return { site, policy: mergePolicy(policy, site.policyOverrides) }
}

async function readChecked<S extends z.ZodType>(
  path: string,
  parse: (text: string) => unknown,
  schema: S,
): Promise<z.output<S>> {
  let document: unknown
  try {
    document = parse(await readFile(path, 'utf8'))
  } catch (error) {
    throw new Error(`${path}: ${messageOf(error)}`)
  }
  const parsed = schema.safeParse(document)
  if (parsed.success) return parsed.data
  const problems = parsed.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`)
  throw new Error(`${path}: ${problems.slice(0, 20).join('; ')}`)
}
