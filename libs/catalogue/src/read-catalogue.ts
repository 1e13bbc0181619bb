import { type Policy, policiesFileSchema, policySchema, type Site, sitesFileSchema } from '@seine/contracts'
import { CodedError, messageOf } from '@seine/runtime'
import { parse as parseYaml } from 'yaml'
import { z } from 'zod'
import { problemOf, readSiteEntry } from './read-site-entry.ts'

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
  const policies = readPolicies(texts.policies)
  // What policies there are can't be said: that a site's is none of them would be said of every site.
  const sites = await readSitesFile(texts.sites, policies.ok ? policies.policies : null)
  if (!policies.ok || !sites.ok)
    throw new CatalogueError([...(policies.ok ? [] : policies.problems), ...(sites.ok ? [] : sites.problems)])
  return { sites: sites.sites, policies: policies.policies }
}

type ReadPolicies = { ok: true; policies: ReadonlyMap<string, Policy> } | { ok: false; problems: string[] }

/** Reads the text of `policies.yml`. `default` is always among them: every field has a default. */
export function readPolicies(text: string): ReadPolicies {
  let document: unknown
  try {
    document = parseYaml(text)
  } catch (error) {
    return { ok: false, problems: [`policies.yml: not YAML: ${messageOf(error)}`] }
  }
  const parsed = policiesFileSchema.safeParse(document)
  if (!parsed.success)
    return { ok: false, problems: parsed.error.issues.map((issue) => `policies.yml: ${policyIssue(issue)}`) }
  const policies = new Map(Object.entries(parsed.data.policies))
  if (!policies.has('default')) policies.set('default', policySchema.parse({}))
  return { ok: true, policies }
}

type ReadSites = { ok: true; sites: Site[] } | { ok: false; problems: string[] }

/**
 * Reads the text of `sites.json`, entry by entry.
 *
 * @param policies null: they are not known, and nothing is said of the ones that sites name.
 */
export async function readSitesFile(text: string, policies: ReadonlyMap<string, Policy> | null): Promise<ReadSites> {
  let document: unknown
  try {
    document = JSON.parse(text)
  } catch (error) {
    return { ok: false, problems: [`sites.json: not JSON: ${messageOf(error)}`] }
  }
  const file = fileSchema.safeParse(document)
  if (!file.success) return { ok: false, problems: file.error.issues.map((issue) => `sites.json: ${fileIssue(issue)}`) }
  const sites: Site[] = []
  const problems: string[] = []
  const firstPlace = new Map<string, number>()
  for (const [index, written] of file.data.sites.entries()) {
    const name = nameOf(written)
    const entry = `sites.json: sites[${index}]${name === null ? '' : ` '${name}'`}`
    const first = name === null ? undefined : firstPlace.get(name)
    if (first !== undefined) problems.push(`${entry}: name: sites[${first}] has it already`)
    else if (name !== null) firstPlace.set(name, index)
    const read = await readSiteEntry(written, policies ?? anyPolicy)
    if (read.ok) sites.push(read.site)
    else
      for (const { field, message } of read.problems)
        if (policies !== null || field !== 'policy')
          problems.push(`${entry}: ${field === '' ? '' : `${field}: `}${message}`)
  }
  return problems.length === 0 ? { ok: true, sites } : { ok: false, problems }
}

const fileSchema = sitesFileSchema.extend({ sites: z.array(z.unknown()).min(1).max(10_000) })
const anyPolicy: ReadonlyMap<string, Policy> = new Map()

function nameOf(entry: unknown): string | null {
  const name = (entry as { name?: unknown } | null)?.name
  return typeof name === 'string' ? name : null
}

/** `sites: expected array` */
function fileIssue(issue: z.core.$ZodIssue): string {
  const { field, message } = problemOf(issue)
  return field === '' ? message : `${field}: ${message}`
}

/** `policies 'fast': timeouts.totalMs: Too big` */
function policyIssue({ path: [list, name, ...rest], message }: z.core.$ZodIssue): string {
  const entry = list === undefined ? '' : name === undefined ? String(list) : `${String(list)} '${String(name)}'`
  return [entry, problemOf({ path: rest, message }).field, message].filter((part) => part !== '').join(': ')
}
