import type { Artifact } from '@seine/contracts'
import { expect, test } from 'vitest'
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
  const run = { runId: 'r', createdAt: '2026-11-20T09:00:00.000Z', files: [], parts: [] }
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

test('the parts of an archive are listed with what is in them, and one part is no list', () => {
  const run = { runId: 'r', createdAt: '2026-11-20T09:00:00.000Z', files: [] }
  const part = (n: number) => ({ path: `bulk_runs/r/reports-part0${n}.zip`, entries: [`shop/${n}.csv`] })
  expect(JSON.parse(manifestJson({ ...run, parts: [part(1), part(2)] }, []))).toMatchObject({
    parts: [
      { file: 'reports-part01.zip', entries: ['shop/1.csv'] },
      { file: 'reports-part02.zip', entries: ['shop/2.csv'] },
    ],
  })
  expect(JSON.parse(manifestJson({ ...run, parts: [part(1)] }, []))).not.toHaveProperty('parts')
})
