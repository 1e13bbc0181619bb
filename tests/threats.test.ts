import { existsSync, globSync, readFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { expect, test } from 'vitest'

const root = resolve(import.meta.dirname, '..')
const text = readFileSync(join(root, 'docs/security.md'), 'utf8')
const table = text.slice(text.indexOf('## Threats and their tests'))
const threats = table
  .split('\n')
  .filter((line) => line.startsWith('| ') && !line.startsWith('| threat'))
  .map((line) => line.split('|').map((cell) => cell.trim()))
  .map(([, threat = '', , tests = '']) => [threat, tests] as const)

test.each(threats)('against "%s" there is a test', (_threat, tests) => {
  const named = [...tests.matchAll(/`([^`]+)`/g)].map((match) => match[1]!)
  expect(named.length).toBeGreaterThan(0)
  for (const file of named) {
    const path = /^(libs|services|cli|tests)\//.test(file) ? file : join('services/gateway/src', file)
    expect([
      file,
      path.includes('*') ? globSync(path, { cwd: root }).length > 0 : existsSync(join(root, path)),
    ]).toEqual([file, true])
  }
})
