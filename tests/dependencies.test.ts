import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const page = readFileSync(join(root, 'docs/dependencies.md'), 'utf8')
const { stdout } = await promisify(execFile)('git', ['ls-files', '*package.json'], { cwd: root })

type Packages = Readonly<Record<string, string>>

function dependenciesOf(file: string): string[] {
  const manifest = JSON.parse(readFileSync(join(root, file), 'utf8')) as Readonly<Record<string, Packages | undefined>>
  const kinds = ['dependencies', 'devDependencies', 'optionalDependencies', 'overrides']
  return kinds.flatMap((kind) => Object.keys(manifest[kind] ?? {})).filter((name) => !/^@(seine|types)\//.test(name))
}

test.each(stdout.trim().split('\n'))('docs/dependencies.md says what each dependency of %s is for', (file) => {
  expect(dependenciesOf(file).filter((name) => !page.includes(`\`${name}\``))).toEqual([])
})
