import { execFile } from 'node:child_process'
import { access, constants, copyFile, mkdir, readFile, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { authorizationConfig } from '@seine/contracts'
import { cacheDir, debianPackage } from '@seine/stack'
import { parse, stringify } from 'yaml'

const run = promisify(execFile)
const folder = join(import.meta.dirname, 'k8s')

export const overlays = ['dev', 'qa', 'prod'] as const
export type Overlay = (typeof overlays)[number]

/** What `kubectl apply -k` would send, kept so that a change of manifests shows what it changes in each environment. */
export const renderedFile = (overlay: Overlay): string => join(folder, 'rendered', `${overlay}.yaml`)

/** On PATH, in the cache, or out of Debian's newest package. Null: nowhere. */
export async function findKustomize(path = process.env.PATH ?? ''): Promise<string | null> {
  const kept = join(cacheDir, 'bin', 'kustomize')
  for (const candidate of [...path.split(delimiter).map((dir) => join(dir, 'kustomize')), kept])
    if (await isExecutable(candidate)) return candidate
  const fetched = await debianPackage('kustomize', 'usr/bin/kustomize').fetch(kept)
  return fetched.ok ? kept : null
}

export async function render(kustomize: string, overlay: Overlay): Promise<string> {
  const { stdout } = await run(kustomize, ['build', join(folder, 'overlays', overlay)], { maxBuffer: 64 * 1024 ** 2 })
  return stdout
}

/** Where a broker's configuration includes who may say and hear what. */
export const brokerUsersFiles = ['k8s/base/nats/users.conf', 'docker/nats/users.conf'].map((path) =>
  join(import.meta.dirname, path),
)

/** The broker's users as the contracts have them; passwords come from its environment. */
export const brokerUsersText = (): string => authorizationConfig((user) => `$NATS_${user.toUpperCase()}_PASSWORD`)

/** The alert rules as the Prometheus operator takes them. */
export const prometheusRuleFile = join(folder, 'components/monitoring/rules.yaml')

export async function prometheusRuleText(): Promise<string> {
  const { groups } = parse(await readFile(join(import.meta.dirname, 'monitoring/rules.yml'), 'utf8')) as {
    groups: unknown
  }
  const metadata = { name: 'seine' }
  return stringify({ apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata, spec: { groups } })
}

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

if (import.meta.main) {
  for (const file of ['sites.json', 'policies.yml'])
    await copyFile(join(import.meta.dirname, '../config', file), join(folder, 'base', file))
  await writeFile(prometheusRuleFile, await prometheusRuleText())
  for (const file of brokerUsersFiles) await writeFile(file, brokerUsersText())
  const kustomize = await findKustomize()
  if (kustomize === null) throw new Error('kustomize is missing: install it from https://kubectl.docs.kubernetes.io')
  await mkdir(join(folder, 'rendered'), { recursive: true })
  for (const overlay of overlays) await writeFile(renderedFile(overlay), await render(kustomize, overlay))
}
