import { mkdtempSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { lastWords } from './last-words.ts'

function logOf(text: string): string {
  const file = join(mkdtempSync(join(tmpdir(), 'seine-words-')), 'a.log')
  writeFileSync(file, text)
  return file
}

test('of JSON lines the error messages are told, and nothing from before the place', () => {
  const earlier = '{"level":"error","msg":"an old trouble"}\n'
  const log = logOf(`${earlier}{"level":"info","msg":"migrated"}\n{"level":"error","msg":"sites.json: no such file"}\n`)
  expect(lastWords(log, earlier.length)).toBe('sites.json: no such file')
})

test('of other logs the last fifteen lines are told', () => {
  const log = logOf(Array.from({ length: 40 }, (_, i) => `line ${i}\n`).join(''))
  expect(lastWords(log, 0).split('\n')).toEqual(Array.from({ length: 15 }, (_, i) => `line ${i + 25}`))
})

test('a log that is not there tells nothing', () => {
  expect(lastWords('/nowhere/a.log', 0)).toBe('')
})
