import { globSync, readFileSync } from 'node:fs'
import { builtinModules } from 'node:module'
import { join, relative, resolve } from 'node:path'
import { describe, expect, test } from 'vitest'

/** contracts ← libs ← services and cli; nothing imports upward, no service imports another. */
const root = resolve(import.meta.dirname, '..')

interface Workspace {
  /** `libs/bus`. */
  readonly folder: string
  readonly name: string
  readonly layer: 'contracts' | 'lib' | 'service' | 'cli'
  readonly dependencies: ReadonlySet<string>
  /** What its tests may import besides. */
  readonly devDependencies: ReadonlySet<string>
  readonly sources: readonly Source[]
}

interface Source {
  /** From the root. */
  readonly path: string
  readonly text: string
  readonly imports: readonly string[]
  readonly isTest: boolean
}

/** Libraries that decide and never reach out: all that varies comes in as arguments. */
const pureLibs = ['contracts', 'politeness', 'urls', 'extract']
const pureBuiltins = new Set(['node:crypto', 'node:buffer', 'node:util', 'node:assert', 'node:stream', 'node:zlib'])
/** Programs: what is run, never imported. */
const isProgram = (path: string) => /(^|\/)(main|generate-docs)\.ts$/.test(path)

const workspaces = globSync(['libs/*', 'services/*', 'cli'], { cwd: root }).sort().map(readWorkspace)

function readWorkspace(folder: string): Workspace {
  const manifest = JSON.parse(readFileSync(join(root, folder, 'package.json'), 'utf8')) as {
    name: string
    dependencies?: Record<string, string>
    devDependencies?: Record<string, string>
  }
  const paths = globSync('src/**/*.ts', { cwd: join(root, folder), exclude: ['**/*.d.ts'] })
  return {
    folder,
    name: manifest.name,
    layer: layerOf(folder),
    dependencies: new Set(Object.keys(manifest.dependencies ?? {})),
    devDependencies: new Set(Object.keys(manifest.devDependencies ?? {})),
    sources: paths.map((path) => readSource(join(folder, path))),
  }
}

function layerOf(folder: string): Workspace['layer'] {
  if (folder === 'libs/contracts') return 'contracts'
  if (folder.startsWith('libs/')) return 'lib'
  return folder.startsWith('services/') ? 'service' : 'cli'
}

function readSource(path: string): Source {
  const text = readFileSync(join(root, path), 'utf8')
  const imports = [
    ...text.matchAll(/(?:^(?:import|export)\b[^'\n]* from|^import|^\} from|\bimport\()\s*'([^'\n]+)'/gm),
  ].map((match) => match[1]!)
  return { path, text, imports, isTest: /(\.(test|tmp)\.ts|\/testing(\.ts|\/.*))$/.test(path) }
}

/** `@scope/name/sub` → `@scope/name`. */
function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/')
}

const layerByName = new Map(workspaces.map(({ name, layer }) => [name, layer]))
const isBuiltin = (specifier: string) => specifier.startsWith('node:') || builtinModules.includes(specifier)

/** Every import of the workspace that the rule refuses, as `file: import`. */
function violations(workspace: Workspace, refused: (specifier: string, source: Source) => boolean): string[] {
  return workspace.sources.flatMap((source) =>
    source.imports.filter((specifier) => refused(specifier, source)).map((specifier) => `${source.path}: ${specifier}`),
  )
}

describe.each(workspaces.map((workspace) => [workspace.folder, workspace] as const))('%s', (_, workspace) => {
  test('imports only from layers below its own', () => {
    const allowed: Record<Workspace['layer'], Workspace['layer'][]> = {
      contracts: [],
      lib: ['contracts', 'lib'],
      service: ['contracts', 'lib'],
      cli: ['contracts', 'lib'],
    }
    expect(
      violations(workspace, (specifier) => {
        const layer = layerByName.get(packageOf(specifier))
        return layer !== undefined && !allowed[workspace.layer].includes(layer)
      }),
    ).toEqual([])
  })

  test('reaches into no other folder by a relative path', () => {
    expect(
      violations(workspace, (specifier, source) => {
        if (!specifier.startsWith('.')) return false
        const target = relative(root, resolve(root, source.path, '..', specifier))
        return !target.startsWith(`${workspace.folder}/`)
      }),
    ).toEqual([])
  })

  test('declares every package it imports', () => {
    const development = new Set(['vitest', 'fast-check', '@seine/testkit'])
    expect(
      violations(workspace, (specifier, source) => {
        if (specifier.startsWith('.') || isBuiltin(specifier)) return false
        const name = packageOf(specifier)
        const isForTests = development.has(name) || workspace.devDependencies.has(name)
        return !workspace.dependencies.has(name) && !(source.isTest && isForTests)
      }),
    ).toEqual([])
  })

  test('does nothing when imported: no environment read, connection or timer outside functions', () => {
    const atLoad =
      /^(?:(?:await|void|setInterval|setTimeout|process\.)\b|(?:export )?(?:const|let) [^=]*= *(?:await\b|[^>]*\bprocess\.env\b))/
    const found = workspace.sources
      .filter((source) => !source.isTest && !isProgram(source.path))
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .flatMap((line, i) => (atLoad.test(line) && !/=>/.test(line) ? [`${path}:${i + 1}: ${line}`] : [])),
      )
    expect(found).toEqual([])
  })
})

test('libraries import each other in no circle', () => {
  const circles: string[] = []
  const visit = (name: string, path: readonly string[]) => {
    if (path.includes(name)) return void circles.push([...path.slice(path.indexOf(name)), name].join(' → '))
    const workspace = workspaces.find((candidate) => candidate.name === name)
    for (const next of workspace?.dependencies ?? []) if (layerByName.has(next)) visit(next, [...path, name])
  }
  for (const { name } of workspaces) visit(name, [])
  expect(circles).toEqual([])
})

test.each(pureLibs)('%s is pure: it imports nothing that reads, writes, connects or waits', (lib) => {
  const workspace = workspaces.find(({ folder }) => folder === `libs/${lib}`)!
  expect(
    violations(
      workspace,
      (specifier, source) =>
        !source.isTest && !isProgram(source.path) && isBuiltin(specifier) && !pureBuiltins.has(specifier),
    ),
  ).toEqual([])
})

test('contracts import the schema library alone', () => {
  const contracts = workspaces.find(({ layer }) => layer === 'contracts')!
  expect([...contracts.dependencies]).toEqual(['zod'])
})
