import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { basename, join } from 'node:path'
import type { Artifact } from '@seine/contracts'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { fetchArchive } from './fetch-archive.ts'
import { sampleRun } from './run.fixture.ts'
import { storedZip } from './testing/stored-zip.ts'
import { unpack } from './unpack.ts'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-fetch-archive-'))
})
afterAll(() => rm(folder, { recursive: true }))

const artifact = (name: string): Artifact => ({
  ...{ path: `bulk_runs/r/${name}`, sha256: '0'.repeat(64), sizeBytes: 1, wrote: true, reason: 'new' },
})
const zips = [
  { 'manifest.json': '{}', 'lamps/full.csv': 'full' },
  { 'lamps/seo.csv': 'seo', 'shop/full.csv': 'shop' },
].map(storedZip)
const client = {
  archive: async (_id: string, part = 1) => {
    const zip = zips[part - 1]!
    const body = new Blob([new Uint8Array(zip)]).stream() as ReadableStream<Uint8Array>
    return { sizeBytes: zip.length, sha256: '', body }
  },
}

test('every part of an archive is fetched, and together they are unpacked as one', async () => {
  const archiveParts = ['reports-part01.zip', 'reports-part02.zip'].map(artifact)
  const files = await fetchArchive(client, sampleRun({ archive: archiveParts[0]!, archiveParts }), folder)
  expect(files.map((file) => basename(file))).toEqual(['reports-part01.zip', 'reports-part02.zip'])
  expect(await unpack(files, folder)).toEqual(['manifest.json', 'lamps/full.csv', 'lamps/seo.csv', 'shop/full.csv'])
  expect(await readFile(join(folder, 'lamps/full.csv'), 'utf8')).toBe('full')
})

test('an archive that is one file has its plain name, and a run without one gives none', async () => {
  const files = await fetchArchive(client, sampleRun({ archive: artifact('reports.zip') }), folder)
  expect(files).toEqual([join(folder, 'reports.zip')])
  expect(await fetchArchive(client, sampleRun(), folder)).toEqual([])
})
