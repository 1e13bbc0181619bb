import { execFileSync } from 'node:child_process'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Stack, startStack } from '@seine/stack'
import { fastPolicy, fastPolicyName, type ServedSites } from './sites/serve-sites.ts'

/** The whole mesh with durable settings, for sites on loopback. What it keeps goes into `folder`. */
export function startBenchMesh(
  sites: Pick<ServedSites, 'sites' | 'hostOverrides'>,
  options: { folder: string; fetchers: number; restart: boolean },
): Promise<Stack> {
  const { folder, fetchers, restart } = options
  const write = (name: string, value: unknown): string => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(value))
    return path
  }
  return startStack({
    dir: join(folder, 'stack'),
    fetchers,
    sitesFile: write('sites.json', { sites: sites.sites }),
    // JSON is YAML.
    policiesFile: write('policies.yml', { policies: { default: {}, [fastPolicyName]: fastPolicy } }),
    durability: 'durable',
    restart,
    gatewayPort: 'any',
    env: {
      ...process.env,
      ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      HOST_OVERRIDES: Object.entries(sites.hostOverrides)
        .map(([host, ip]) => `${host}=${ip}`)
        .join(','),
    },
  })
}

/** Process ids by name, for a process meter. */
export function processIds(stack: Stack): [name: string, pid: number][] {
  return [...stack.processes.values()].flatMap(({ name, pid }) => (pid === null ? [] : [[name, pid]]))
}

/** Throws with the answer's body where it is no success. */
export async function callMesh<T>(stack: Stack, path: string, init: RequestInit = {}): Promise<T> {
  const headers = { 'content-type': 'application/json', authorization: `Bearer ${stack.apiKey}` }
  const answer = await fetch(`${stack.gatewayUrl}${path}`, { ...init, headers })
  const body = (await answer.json()) as { data: T }
  if (!answer.ok) throw new Error(`${path}: ${answer.status} ${JSON.stringify(body)}`)
  return body.data
}

/** Fetches a run's archive and unpacks it into `folder`/out. Returns that folder. Needs `unzip`. */
export async function unpackArchive(stack: Stack, runId: string, folder: string): Promise<string> {
  const answer = await fetch(`${stack.gatewayUrl}/api/bulk-runs/${runId}/archive`, {
    headers: { authorization: `Bearer ${stack.apiKey}` },
  })
  if (!answer.ok) throw new Error(`archive: ${answer.status} ${await answer.text()}`)
  const zip = join(folder, 'reports.zip')
  writeFileSync(zip, Buffer.from(await answer.arrayBuffer()))
  const target = join(folder, 'out')
  mkdirSync(target)
  execFileSync('unzip', ['-q', zip, '-d', target])
  return target
}
