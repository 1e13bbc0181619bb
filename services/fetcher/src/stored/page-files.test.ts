import { createReadStream } from 'node:fs'
import { copyFile, mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pagesFolder, planKey } from '@seine/contracts'
import { readPages, type StoredPage } from '@seine/pages'
import { makeManualClock, silentLogger } from '@seine/runtime'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { makePageFiles, type PageFileLimits } from './page-files.ts'

let root: string
let dir: string
let kept: string
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'page-files-test-'))
  dir = await mkdtemp(join(root, 'spool-'))
  kept = await mkdtemp(join(root, 'store-'))
})
afterEach(() => rm(root, { recursive: true }))

const shop = { runId: '019aa000-0000-7000-8000-000000000001', site: 'shop' }
const books = { ...shop, site: 'books' }

function started(over: Partial<PageFileLimits> = {}, broken: () => boolean = () => false) {
  const clock = makeManualClock(1_000)
  const stored: string[] = []
  const limits = { maxFileBytes: 1_000_000, maxFileAgeMs: 60_000, maxOpenFiles: 10, maxSpoolBytes: 1_000_000, ...over }
  const files = makePageFiles({
    ...{ dir, limits, clock, nowMs: clock.nowMs, log: silentLogger },
    async upload(path, file) {
      if (broken()) throw new Error('the store is away')
      await copyFile(file, join(kept, path.replaceAll('/', '_')))
      stored.push(path)
    },
  })
  files.part.start(() => {})
  return { files, clock, stored }
}

function page(n: number, body = `<title>${n}</title>`): StoredPage {
  return {
    ...{ url: `https://shop.example/p/${n}`, urlId: `id-${n}`, attempt: 1, depth: 0, status: 200 },
    ...{ headers: { 'content-type': 'text/html' }, body: Buffer.from(body), truncated: false, transferredBytes: 1 },
    ...{ ttfbMs: 1, durationMs: 1, fetchedAtMs: 1_000, isPage: true, isRendered: false },
    ...{ requestHeaders: {}, remoteAddress: '192.0.2.7' },
  }
}

async function idsIn(path: string): Promise<string[]> {
  const file = createReadStream(join(kept, path.replaceAll('/', '_')))
  return (await Array.fromAsync(readPages(file, { maxPageBytes: 1_000_000 }))).map(({ urlId }) => urlId)
}

/** Lets files be written: what the clock does not know of. */
async function until(done: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await done())) await new Promise((resolve) => setImmediate(resolve))
}

test('each site run has a file of its own, and all pages are in the store after the end', async () => {
  const { files, stored } = started()
  const names = await Promise.all([
    ...Array.from({ length: 20 }, (_, n) => files.add(shop, page(n))),
    files.add(books, page(99)),
  ])
  expect(new Set(names).size).toBe(2)
  await files.close()
  expect(stored.sort()).toEqual(
    [`${pagesFolder(books.runId, 'books')}/${names.at(-1)}`, `${pagesFolder(shop.runId, 'shop')}/${names[0]}`].sort(),
  )
  const inShop = await idsIn(stored.find((path) => path.includes('/shop/'))!)
  expect(inShop.sort()).toEqual(Array.from({ length: 20 }, (_, n) => `id-${n}`).sort())
  expect(await readdir(dir)).toEqual([])
})

test('a file goes to the store when it is long enough, and the next page begins another', async () => {
  const { files, stored } = started({ maxFileBytes: 3_000 })
  const names: (string | null)[] = []
  for (let n = 0; n < 6; n++) names.push(await files.add(shop, page(n)))
  await files.close()
  expect(new Set(names).size).toBeGreaterThan(1)
  expect((await Promise.all(stored.map(idsIn))).flat()).toEqual(Array.from({ length: 6 }, (_, n) => `id-${n}`))
})

test('a file goes to the store when it is old enough', async () => {
  const { files, clock, stored } = started()
  await files.add(shop, page(1))
  await clock.advance(59_000)
  expect(stored).toEqual([])
  await clock.advance(2_000)
  await until(() => stored.length === 1)
  await files.close()
})

test('a file goes to the store at once when nothing more of its site run is fetched', async () => {
  const { files, stored } = started()
  await files.add(shop, page(1))
  await files.add(books, page(2))
  files.finish(planKey(shop.runId, 'shop'))
  await until(() => stored.length === 1)
  expect(stored[0]).toContain('/shop/')
  await files.close()
})

test('at the limit of open files the oldest goes to the store', async () => {
  const { files, stored } = started({ maxOpenFiles: 1 })
  await files.add(shop, page(1))
  await files.add(books, page(2))
  await until(() => stored.length === 1)
  expect(stored[0]).toContain('/shop/')
  await files.close()
})

test('a store that is away is tried again, and pages are not stored above the room there is', async () => {
  let away = true
  const { files, clock, stored } = started({ maxSpoolBytes: 3_000 }, () => away)
  const names: (string | null)[] = []
  for (let n = 0; n < 9; n++) names.push(await files.add(shop, page(n)))
  expect(names.filter((name) => name === null).length).toBeGreaterThan(0)
  files.finish(planKey(shop.runId, 'shop'))
  await until(() => clock.sleepers === 2)
  away = false
  await clock.advance(40_000)
  await until(async () => stored.length === 1 && (await readdir(dir)).length === 0)
  expect((await idsIn(stored[0]!)).length).toBe(names.filter((name) => name !== null).length)
  await until(async () => (await files.add(shop, page(10))) !== null)
  await files.close()
})

test('a store that stays away does not hold up the end', async () => {
  const { files, stored } = started({}, () => true)
  await files.add(shop, page(1))
  await files.close()
  expect(stored).toEqual([])
  expect(await files.add(shop, page(2))).toBeNull()
})

test('a page that can’t be written is not stored, and the next one is', async () => {
  const { files, stored } = started()
  await rm(dir, { recursive: true })
  expect(await files.add(shop, page(2))).toBeNull()
  await mkdir(dir)
  const name = await files.add(shop, page(3))
  await files.close()
  expect(stored).toEqual([`${pagesFolder(shop.runId, 'shop')}/${name}`])
  expect(await idsIn(stored[0]!)).toEqual(['id-3'])
})
