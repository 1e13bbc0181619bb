import type { Artifact } from '@seine/contracts'
import { expect, test } from 'vitest'
import { needsZip64 } from './export-archive.ts'
import { archivedSite, entryOf, manifestJson } from './manifest.ts'
import { siteRunOf } from './testing.ts'

const artifact = (name: string): Artifact => ({
  path: `bulk_runs/r/shop/${name}`,
  sha256: '0'.repeat(64),
  sizeBytes: 7,
  wrote: true,
  reason: 'new',
})

test('a site has its reports by name and no snapshot', () => {
  const run = siteRunOf('r', 'shop', ['seo.csv', 'snapshot.ndjson.zst', 'full.csv'].map(artifact))
  expect(archivedSite(run, null).files).toEqual([
    { path: 'shop/full.csv', sha256: '0'.repeat(64), size: 7 },
    { path: 'shop/seo.csv', sha256: '0'.repeat(64), size: 7 },
  ])
})

test('whether a file was written or was there already makes no difference to the manifest', () => {
  const run = { runId: 'r', createdAt: '2026-11-20T09:00:00.000Z', files: [] }
  const [written, identical] = [true, false].map((wrote) =>
    manifestJson(run, [
      archivedSite(
        siteRunOf('r', 'shop', [{ ...artifact('full.csv'), wrote, reason: wrote ? 'new' : 'identical' }]),
        null,
      ),
    ]),
  )
  expect(identical).toBe(written)
})

test.each([
  ['bulk_runs/r/shop/full.csv', 'shop/full.csv'],
  ['../../etc/passwd', 'shop/passwd'],
  ['x/..', 'shop/_'],
  ['x/a\\b:c', 'shop/a_b_c'],
  ['x/', 'shop/_'],
])('%j is unpacked as %j', (path, entry) => {
  expect(entryOf('shop', path)).toBe(entry)
})

test('zip64 is used where sizes or entries need it, and not otherwise', () => {
  expect(needsZip64([])).toBe(false)
  expect(needsZip64([4_000_000_000])).toBe(false)
  expect(needsZip64([3_000_000_000, 1_300_000_000])).toBe(true)
  expect(needsZip64(new Array(65_534).fill(1))).toBe(true)
})
