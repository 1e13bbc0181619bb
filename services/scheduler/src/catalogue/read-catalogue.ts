import { type Policy, policiesFileSchema, policySchema, type Site, sitesFileSchema } from '@seine/contracts'
import { CodedError, messageOf } from '@seine/runtime'
import { parse as parseYaml } from 'yaml'
import type { z } from 'zod'
import { siteProblems } from './site-problems.ts'

/** The sites and policies that runs are planned from. */
export interface Catalogue {
  readonly sites: readonly Site[]
  readonly policies: ReadonlyMap<string, Policy>
}

/** Files that can't be used. Each problem names file, entry and field. */
export class CatalogueError extends CodedError {
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    const shown = problems.slice(0, maxProblemsShown)
    const more = problems.length - shown.length
    super('bad-catalogue', shown.join('; ') + (more > 0 ? `; and ${more} more` : ''), { details: { problems: shown } })
    this.name = 'CatalogueError'
    this.problems = problems
  }
}

const maxProblemsShown = 50

/** Reads the text of `sites.json` and `policies.yml`. Rejects with CatalogueError naming everything that is wrong in either. */
export async function readCatalogue(texts: { sites: string; policies: string }): Promise<Catalogue> {
  const problems: string[] = []
  const policies = readPolicies(texts.policies, problems)
  const sites = readSites(texts.sites, problems)
  if (policies !== null && sites !== null) problems.push(...(await problemsAcross(sites, policies)))
  if (problems.length > 0 || policies === null || sites === null) throw new CatalogueError(problems)
  return { sites, policies }
}

function readPolicies(text: string, problems: string[]): Map<string, Policy> | null {
  let document: unknown
  try {
    document = parseYaml(text)
  } catch (error) {
    problems.push(`policies.yml: not YAML: ${messageOf(error)}`)
    return null
  }
  const parsed = policiesFileSchema.safeParse(document)
  if (!parsed.success) {
    for (const issue of parsed.error.issues) problems.push(`policies.yml: ${issueText(issue, document)}`)
    return null
  }
  const policies = new Map(Object.entries(parsed.data.policies))
  // Every field has a default, so sites that name no policy always have one.
  if (!policies.has('default')) policies.set('default', policySchema.parse({}))
  return policies
}

function readSites(text: string, problems: string[]): Site[] | null {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    problems.push(`sites.json: not JSON: ${messageOf(error)}`)
    return null
  }
  const parsed = sitesFileSchema.safeParse(document)
  if (parsed.success) return parsed.data.sites
  for (const issue of parsed.error.issues) problems.push(`sites.json: ${issueText(issue, document)}`)
  return null
}

/** What no schema of one entry can see. */
async function problemsAcross(sites: readonly Site[], policies: ReadonlyMap<string, Policy>): Promise<string[]> {
  const problems: string[] = []
  const firstPlace = new Map<string, number>()
  for (const [index, site] of sites.entries()) {
    const entry = `sites.json: sites[${index}] '${site.name}'`
    const first = firstPlace.get(site.name)
    if (first === undefined) firstPlace.set(site.name, index)
    else problems.push(`${entry}: name: sites[${first}] has it already`)
    for (const { field, message } of await siteProblems(site, policies)) problems.push(`${entry}: ${field}: ${message}`)
  }
  return problems
}

/** `sites[3] 'lamps': startUrls[0]: expected an http or https URL` */
function issueText(issue: z.core.$ZodIssue, document: unknown): string {
  const [first, second, ...rest] = issue.path
  if (first === undefined) return issue.message
  const entryOfList = typeof second === 'number'
  const entry =
    second === undefined
      ? String(first)
      : entryOfList
        ? `${String(first)}[${second}]`
        : `${String(first)} '${String(second)}'`
  const name = entryOfList ? nameAt(document, first, second) : null
  const field = rest
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
    .replace(/^\./, '')
  return [entry + (name === null ? '' : ` '${name}'`), field, issue.message].filter((part) => part !== '').join(': ')
}

function nameAt(document: unknown, list: PropertyKey, index: number): string | null {
  const entry = (document as Record<PropertyKey, unknown[]> | null)?.[list]?.[index] as { name?: unknown } | undefined
  return typeof entry?.name === 'string' ? entry.name : null
}
