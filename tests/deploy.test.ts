import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { beforeAll, describe, expect, test } from 'vitest'
import { parse, parseAllDocuments, parseDocument } from 'yaml'
import {
  brokerUsersFiles,
  brokerUsersText,
  findKustomize,
  overlays,
  prometheusRuleFile,
  prometheusRuleText,
  render,
  renderedFile,
} from '../deploy/render.ts'

const root = resolve(import.meta.dirname, '..')
const run = promisify(execFile)

interface Manifest {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { name: string; namespace?: string; labels?: Record<string, string> }
  readonly spec?: Record<string, unknown>
}

interface Container {
  readonly name: string
  readonly image: string
  readonly resources?: { requests?: Record<string, string>; limits?: Record<string, string> }
  readonly securityContext?: Record<string, unknown>
  readonly startupProbe?: unknown
  readonly readinessProbe?: unknown
  readonly livenessProbe?: unknown
  readonly env?: { name: string; value?: string }[]
}

interface PodSpec {
  readonly containers: Container[]
  readonly automountServiceAccountToken?: boolean
  readonly serviceAccountName?: string
  readonly securityContext?: Record<string, unknown>
  readonly hostNetwork?: boolean
  readonly terminationGracePeriodSeconds?: number
}

/** Schemas of two versions of Kubernetes, from its own OpenAPI documents. */
const kubernetesVersions = { '1.33': 'kubernetes-models-of-1.33', '1.34': 'kubernetes-models' }
const extensions: Record<string, string> = {
  'keda.sh': '@kubernetes-models/keda',
  'monitoring.coreos.com': '@kubernetes-models/prometheus-operator',
}

type Model = new (manifest: Manifest) => { validate(): void }

async function validate(manifest: Manifest, kubernetes: string): Promise<void> {
  const [group, version] = manifest.apiVersion.includes('/')
    ? manifest.apiVersion.split('/')
    : ['', manifest.apiVersion]
  const library = extensions[group ?? ''] ?? kubernetes
  const path = [library, group, version, manifest.kind].filter((part) => part !== '').join('/')
  const { [manifest.kind]: model } = (await import(path)) as Record<string, Model>
  new model!(manifest).validate()
}

const manifestsOf = (text: string): Manifest[] => parseAllDocuments(text).map((document) => document.toJS() as Manifest)
const nameOf = ({ kind, metadata }: Manifest): string => `${kind} ${metadata.name}`

function podSpecOf({ kind, spec }: Manifest): PodSpec | null {
  if (!['Deployment', 'StatefulSet', 'DaemonSet', 'Job'].includes(kind)) return null
  return (spec as { template: { spec: PodSpec } }).template.spec
}

const kustomize = await findKustomize()

describe.each(overlays)('overlay %s', (overlay) => {
  let manifests: Manifest[] = []
  let pods: { manifest: Manifest; pod: PodSpec }[] = []

  beforeAll(() => {
    manifests = manifestsOf(readFileSync(renderedFile(overlay), 'utf8'))
    pods = manifests.flatMap((manifest) => {
      const pod = podSpecOf(manifest)
      return pod === null ? [] : [{ manifest, pod }]
    })
  })

  test.skipIf(kustomize === null)(
    'is what is kept in rendered/ (node deploy/render.ts writes it; needs kustomize)',
    async () => {
      expect(await render(kustomize!, overlay)).toBe(readFileSync(renderedFile(overlay), 'utf8'))
    },
  )

  test.each(Object.entries(kubernetesVersions))('fits the schemas of Kubernetes %s', async (_, library) => {
    expect(manifests.length).toBeGreaterThan(30)
    for (const manifest of manifests)
      await expect(validate(manifest, library), nameOf(manifest)).resolves.toBeUndefined()
  })

  test('every container has limits, is not root, can write nothing of its image and gain nothing', () => {
    for (const { manifest, pod } of pods) {
      expect(pod.securityContext, nameOf(manifest)).toMatchObject({
        runAsNonRoot: true,
        seccompProfile: { type: 'RuntimeDefault' },
      })
      for (const container of pod.containers) {
        const where = `${nameOf(manifest)}, container ${container.name}`
        expect(container.securityContext, where).toEqual({
          allowPrivilegeEscalation: false,
          readOnlyRootFilesystem: true,
          capabilities: { drop: ['ALL'] },
        })
        expect(container.resources?.limits, where).toHaveProperty('memory')
        expect(container.resources?.requests, where).toMatchObject({
          cpu: expect.anything(),
          memory: expect.anything(),
        })
        expect(container.image, where).toMatch(/:[\w.-]+$/)
        expect(container.image, where).not.toMatch(/:latest$/)
      }
    }
  })

  test('what runs for ever has probes, what ends has none', () => {
    for (const { manifest, pod } of pods)
      for (const { startupProbe, readinessProbe, livenessProbe } of pod.containers) {
        const has = [startupProbe, readinessProbe, livenessProbe].map((probe) => probe !== undefined)
        expect(has, nameOf(manifest)).toEqual(manifest.kind === 'Job' ? [false, false, false] : [true, true, true])
      }
  })

  test('no pod is given a token, shares the network of its node, or ends sooner than its longest task', () => {
    for (const { manifest, pod } of pods) {
      expect(pod.automountServiceAccountToken, nameOf(manifest)).toBe(false)
      expect(pod.hostNetwork, nameOf(manifest)).toBeUndefined()
    }
    const fetchers = pods.filter(({ manifest }) => manifest.metadata.name.startsWith('fetcher'))
    expect(fetchers.length).toBeGreaterThan(0)
    for (const { pod } of fetchers) expect(pod.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(60)
  })

  test('nothing secret is written into a pod', () => {
    for (const { manifest, pod } of pods)
      for (const { env = [] } of pod.containers)
        for (const { name, value } of env)
          if (/PASSWORD|SECRET|TOKEN|_KEY$|DATABASE_URL/.test(name))
            expect(value, `${nameOf(manifest)}: ${name}`).toBeUndefined()
  })

  test('everything is closed but what a policy opens, and fetchers reach no private address', () => {
    const policies = manifests.filter(({ kind }) => kind === 'NetworkPolicy')
    expect(policies.find(({ metadata }) => metadata.name === 'default-deny')?.spec).toEqual({
      podSelector: {},
      policyTypes: ['Ingress', 'Egress'],
    })
    const web = JSON.stringify(policies.find(({ metadata }) => metadata.name === 'fetcher-to-web')?.spec)
    for (const block of ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '100.64.0.0/10'])
      expect(web).toContain(`"${block}"`)
  })
})

test('a manifest that Kubernetes would refuse is refused here', async () => {
  const broken = {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'x' },
    spec: { replicas: 'two', template: {} },
  } as unknown as Manifest
  for (const library of Object.values(kubernetesVersions)) await expect(validate(broken, library)).rejects.toThrow()
})

test('the list of sites and the policies of a cluster are those that are shipped', () => {
  for (const file of ['sites.json', 'policies.yml'])
    expect(readFileSync(join(root, 'deploy/k8s/base', file), 'utf8')).toBe(
      readFileSync(join(root, 'config', file), 'utf8'),
    )
})

test.each(brokerUsersFiles)(
  '%s gives each service the rights that the contracts say (node deploy/render.ts)',
  (file) => {
    expect(readFileSync(file, 'utf8')).toBe(brokerUsersText())
  },
)

test('clusters are given the alert rules that are kept (node deploy/render.ts)', async () => {
  expect(parse(readFileSync(prometheusRuleFile, 'utf8'))).toEqual(parse(await prometheusRuleText()))
})

test('docker-compose.yml starts every service, opens only the gateway, and that on loopback', () => {
  const compose = parseDocument(readFileSync(join(root, 'docker-compose.yml'), 'utf8'), { merge: true }).toJS() as {
    services: Record<
      string,
      { ports?: string[]; profiles?: string[]; build?: { target: string }; healthcheck?: unknown }
    >
  }
  const targets = Object.values(compose.services).map(({ build }) => build?.target)
  for (const service of ['scheduler', 'fetcher', 'exporter', 'gateway', 'seine']) expect(targets).toContain(service)
  const published = Object.entries(compose.services).filter(([, { ports }]) => ports !== undefined)
  expect(published.filter(([, { profiles }]) => profiles === undefined).map(([name]) => name)).toEqual(['gateway'])
  for (const [name, { ports }] of published) expect(ports, name).toEqual([expect.stringMatching(/^127\.0\.0\.1:/)])
})

test.skipIf(await isMissing('docker'))('docker compose reads docker-compose.yml', async () => {
  await run('docker', ['compose', '-f', join(root, 'docker-compose.yml'), 'config', '-q'])
})

async function isMissing(program: string): Promise<boolean> {
  return run(program, ['compose', 'version']).then(
    () => false,
    () => true,
  )
}
