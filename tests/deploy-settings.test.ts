import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { describe, expect, test } from 'vitest'
import { parseAllDocuments, parseDocument } from 'yaml'
import type { z } from 'zod'
import { overlays, renderedFile } from '../deploy/render.ts'
import { configSchema as exporter } from '../services/exporter/src/config.ts'
import { configSchema as fetcher } from '../services/fetcher/src/config.ts'
import { gatewayEnv as gateway } from '../services/gateway/src/config.ts'
import { configSchema as scheduler } from '../services/scheduler/src/config.ts'

const root = resolve(import.meta.dirname, '..')
const services: Record<string, z.ZodObject> = { scheduler, fetcher, exporter, gateway }
const namesOf = (service: string): string[] => Object.keys(services[service]!.shape)

const isSecret = (name: string): boolean =>
  name !== 'RATE_LIMIT_KEY' && /PASSWORD|SECRET|TOKEN|_KEY$|^DATABASE_URL$|^PROXIES_/.test(name)

/** What nobody needs to set, in compose or in a cluster, and why. */
const decided: Record<string, string> = {
  PATH: 'of the image',
  CHROMIUM_PATH: 'of the image',
  FETCH_POOL: 'of the image',
  HEALTH_HOST: 'of the image: its probes ask there',
  HEALTH_PORT: 'of the image: its probes ask there',
  GATEWAY_HOST: 'of the image',
  NATS_USER: 'the name of the service: its rights hang on it',
  PAGES_TMP_DIR: 'of the image: the one folder that it can write',
}

/** The same for compose alone. */
const decidedInCompose: Record<string, string> = {
  ...decided,
  NATS_SERVERS: 'the broker of compose',
  NATS_TLS_CA: 'the broker of compose is in the same network',
  NATS_TLS_CERT: 'the broker of compose is in the same network',
  NATS_TLS_KEY: 'the broker of compose is in the same network',
  ARTIFACTS: 'an S3 server: S3_ENDPOINT says which',
  DATABASE_MIGRATE: 'always: there is no migration job',
  SITES_FILE: 'the folder config is mounted',
  POLICIES_FILE: 'the folder config is mounted',
  EXPORT_TMP_DIR: 'a volume',
}

/** Values in compose that are taken from other names, because they differ from service to service. */
const composeNames: Record<string, string> = { NATS_PASSWORD: 'NATS_%_PASSWORD' }

interface Compose {
  readonly services: Record<
    string,
    { environment?: Record<string, unknown>; ports?: string[]; volumes?: string[] } | undefined
  >
}

const compose = parseDocument(readFileSync(resolve(root, 'docker-compose.yml'), 'utf8'), {
  merge: true,
}).toJS() as Compose

const composed: [string, string][] = [
  ...Object.keys(services).map((service): [string, string] => [service, service]),
  ['fetcher-browser', 'fetcher'],
]

describe.each(composed)('compose, %s', (name, service) => {
  const { environment = {}, ports = [], volumes = [] } = compose.services[name]!

  /** Passed on as it is, or with a default, or by a port or volume that it names. */
  function canBeSet(variable: string): boolean {
    const asked = composeNames[variable]?.replace('%', service.toUpperCase()) ?? variable
    if (variable in environment && environment[variable] === null) return true
    return [environment[variable], ...ports, ...volumes].some((value) => String(value).includes(`\${${asked}:-`))
  }

  test('every setting can be set in .env', () => {
    const missing = namesOf(service).filter((variable) => !(variable in decidedInCompose) && !canBeSet(variable))
    expect(missing).toEqual([])
  })

  test('what is set there is a setting of the service', () => {
    expect(Object.keys(environment).filter((variable) => !namesOf(service).includes(variable))).toEqual([])
  })
})

interface Source {
  readonly configMapRef?: { name: string }
  readonly secretRef?: { name: string; optional?: boolean }
}

interface Workload {
  readonly kind: string
  readonly metadata: { name: string }
  readonly spec: {
    template: {
      spec: {
        containers: { envFrom?: Source[]; env?: { name: string; valueFrom?: { secretKeyRef?: { name: string } } }[] }[]
      }
    }
  }
}

/** Keys of each secret as docs/environments.md lists them. */
const secretKeys = new Map(
  readFileSync(resolve(root, 'docs/environments.md'), 'utf8')
    .split('\n')
    .flatMap((line): [string, string][] => {
      const [, secret, keys] = /^\| `(seine-[a-z-]+)`[^|]*\|(.*)\|$/.exec(line) ?? []
      return secret === undefined ? [] : [[secret, keys ?? '']]
    }),
)

describe.each(overlays)('overlay %s', (overlay) => {
  const workloads = parseAllDocuments(readFileSync(renderedFile(overlay), 'utf8'))
    .map((document) => document.toJS() as Workload)
    .filter(({ kind, metadata }) => kind === 'Deployment' && metadata.name.split('-')[0]! in services)
  const containerOf = ({ spec }: Workload) => spec.template.spec.containers[0]!

  test.each(workloads.map((workload) => [workload.metadata.name, workload] as const))(
    '%s: settings come from the ConfigMap, secrets from secrets that the docs list',
    (name, workload) => {
      const { envFrom = [], env = [] } = containerOf(workload)
      expect(envFrom.some(({ configMapRef }) => configMapRef?.name.startsWith('seine-config'))).toBe(true)
      const optional = envFrom.flatMap(({ secretRef }) => (secretRef?.optional === true ? [secretRef.name] : []))
      const missing = namesOf(name.split('-')[0]!)
        .filter((variable) => isSecret(variable) && !(variable in decided) && !variable.startsWith('NATS_TLS_'))
        .filter((variable) => {
          const own = env.find((entry) => entry.name === variable)?.valueFrom?.secretKeyRef
          if (own !== undefined) return false
          return !optional.some((secret) => secretKeys.get(secret)?.includes(`\`${variable}\``))
        })
      expect(missing).toEqual([])
    },
  )

  test('there is one of each service', () => {
    expect(new Set(workloads.map(({ metadata }) => metadata.name.split('-')[0]))).toEqual(
      new Set(Object.keys(services)),
    )
  })
})

test('every secret that a manifest asks for is in docs/environments.md', () => {
  for (const overlay of overlays) {
    const text = readFileSync(renderedFile(overlay), 'utf8')
    const asked = [
      ...text.matchAll(/secret(?:KeyRef|Ref):[^-]*?name: (seine-[a-z]+(?:-[a-z]+)?)|secretName: (seine-[a-z-]+)/g),
    ]
    for (const [, first, second] of asked) expect([...secretKeys.keys()]).toContain(base(first ?? second ?? ''))
  }
})

/** Without the hash that the dev overlay's generated names carry. */
const base = (name: string): string =>
  [...secretKeys.keys()].find((known) => name === known || name.startsWith(`${known}-`)) ?? name
