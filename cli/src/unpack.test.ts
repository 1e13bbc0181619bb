import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { storedZip } from './testing/stored-zip.ts'
import { unpack } from './unpack.ts'

function folderWith(files: Record<string, string>): { archive: string; folder: string } {
  const folder = mkdtempSync(join(tmpdir(), 'seine-unpack-'))
  const archive = join(folder, 'reports.zip')
  writeFileSync(archive, storedZip(files))
  return { archive, folder }
}

test('files are put where the archive has them', async () => {
  const { archive, folder } = folderWith({ 'manifest.json': '{}', 'lamps/full.csv': 'URL\n' })
  expect(await unpack([archive], folder)).toEqual(['manifest.json', 'lamps/full.csv'])
  expect(readFileSync(join(folder, 'lamps/full.csv'), 'utf8')).toBe('URL\n')
})

test('what an earlier run left under the same names goes, everything else stays', async () => {
  const { archive, folder } = folderWith({ 'lamps/full.csv': 'new' })
  mkdirSync(join(folder, 'lamps'))
  writeFileSync(join(folder, 'lamps/old.csv'), 'old')
  writeFileSync(join(folder, 'mine.txt'), 'mine')
  await unpack([archive], folder)
  expect(() => readFileSync(join(folder, 'lamps/old.csv'))).toThrow('ENOENT')
  expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine')
})

test('a path that leads out of the folder is refused', async () => {
  const { archive, folder } = folderWith({ '../outside.txt': 'no' })
  await expect(unpack([archive], folder)).rejects.toThrow(/relative path/)
})
