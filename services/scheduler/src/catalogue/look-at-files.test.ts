import { CatalogueError } from '@seine/catalogue'
import { createLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makeLookAtFiles } from './look-at-files.ts'

function looking(...answers: (Error | null)[]) {
  const lines: string[] = []
  const log = createLogger('scheduler', { level: 'warn', write: (line) => lines.push(line) })
  const policies = async () => {
    const answer = answers.shift()
    if (answer instanceof Error) throw answer
    return new Map()
  }
  return { look: makeLookAtFiles({ catalogue: { policies }, log }), lines }
}

test('files that can not be used are told once, and again when something else is wrong with them', async () => {
  const bad = () => new CatalogueError(['sites.json: not JSON'])
  const { look, lines } = looking(bad(), bad(), new CatalogueError(['other']), null, bad())
  for (let n = 0; n < 5; n++) expect(await look()).toBe('idle')
  expect(lines.map((line) => /not JSON|other/.exec(line)?.[0])).toEqual(['not JSON', 'other', 'not JSON'])
})

test('what is no fault of the files is thrown', async () => {
  await expect(looking(new Error('no database')).look()).rejects.toThrow('no database')
})
