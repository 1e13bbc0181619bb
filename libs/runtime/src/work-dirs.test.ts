import { mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makeWorkDirs } from './work-dirs.ts'

let root: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'work-dirs-test-'))
})
afterEach(() => rm(root, { recursive: true }))

test('a folder is gone with everything in it when its work ends, also when the work fails', async () => {
  const dirs = await makeWorkDirs(root, 'seine-export')
  const work = async (): Promise<never> => {
    await using dir = await dirs.open()
    await writeFile(join(dir.path, 'full.csv'), 'x')
    throw new Error('broke')
  }
  await expect(work()).rejects.toThrow('broke')
  expect(await readdir(root)).toEqual([])
})

test('what a killed process left is removed at the start; what others have stays', async () => {
  for (const name of [
    'seine-export-111-abc',
    'seine-export-222-abc',
    `seine-export-${process.pid}-abc`,
    'somebody-elses',
  ])
    await mkdir(join(root, name, 'inner'), { recursive: true })
  await makeWorkDirs(root, 'seine-export', (pid) => pid === 222)
  expect((await readdir(root)).sort()).toEqual(['seine-export-222-abc', 'somebody-elses'])
})

test('the root is made where it is not there', async () => {
  await using dir = await (await makeWorkDirs(join(root, 'a/b'), 'seine-export')).open()
  expect(dir.path).toContain(join(root, 'a/b'))
})
