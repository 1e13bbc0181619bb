import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Stack, startStack } from '@seine/stack'
import { type Policy, siteEntries, type World, worldDomain, worldPolicyName } from './world.ts'

/** The whole mesh with durable settings for a world of hosts on loopback. What it keeps goes into `folder`, which has to be there. */
export function startHostMesh(options: {
  folder: string
  world: World
  policy: Policy
  fetchers: number
  /** Of the services; goes before what is in this process's own environment. */
  env?: Record<string, string>
}): Promise<Stack> {
  const { folder, world, policy, fetchers, env = {} } = options
  const write = (name: string, value: unknown): string => {
    const path = join(folder, name)
    writeFileSync(path, JSON.stringify(value))
    return path
  }
  return startStack({
    dir: join(folder, 'stack'),
    fetchers,
    sitesFile: write('sites.json', { sites: siteEntries(world) }),
    // JSON is YAML.
    policiesFile: write('policies.yml', { policies: { default: {}, [worldPolicyName]: policy } }),
    durability: 'durable',
    restart: false,
    gatewayPort: 'any',
    env: {
      ...process.env,
      ALLOWED_PRIVATE_NETWORKS: '127.0.0.0/8',
      HOST_OVERRIDES: `*.${worldDomain}=127.0.0.1`,
      ...env,
    },
  })
}
