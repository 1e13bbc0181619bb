import { execFile } from 'node:child_process'
import { access, constants, mkdir, writeFile } from 'node:fs/promises'
import { delimiter, join } from 'node:path'
import { promisify } from 'node:util'
import { cacheDir, debianPackage } from '@seine/stack'

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

async function isExecutable(path: string): Promise<boolean> {
  return access(path, constants.X_OK).then(
    () => true,
    () => false,
  )
}

if (import.meta.main) {
  const kustomize = await findKustomize()
  if (kustomize === null) throw new Error('kustomize is missing: install it from https://kubectl.docs.kubernetes.io')
  await mkdir(join(folder, 'rendered'), { recursive: true })
  for (const overlay of overlays) await writeFile(renderedFile(overlay), await render(kustomize, overlay))
}
