import { type AccessLog, appPages, type Mesh, type SampleSites, startMesh, startSampleSites } from '@seine/testkit'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { chromiumHere } from '../../services/fetcher/src/browser/testing/rendering.ts'
import { readCsv } from './read-csv.ts'

const title = 'a shop that scripts fill, with render: auto'
const here = chromiumHere ? title : `${title} (skipped: no Chromium on PATH or in CHROMIUM_PATH)`

describe.skipIf(!chromiumHere)(here, () => {
  const { CHROMIUM_PATH } = process.env
  const chromium = CHROMIUM_PATH === undefined ? {} : { CHROMIUM_PATH }
  let samples: SampleSites
  let mesh: Mesh
  beforeAll(async () => {
    samples = await startSampleSites({ world: 'apps' })
    mesh = await startMesh({
      sites: [{ name: 'app', startUrls: [`${samples.originOf('app')}/`], policy: 'sample', render: 'auto' }],
      fetchers: 1,
      browserFetchers: 1,
      env: { ...samples.fetcherEnv, ...chromium, BROWSER_CONCURRENCY: '2' },
    })
  })
  afterAll(async () => {
    await mesh?.stop()
    await samples?.stop()
  })

  const asked = (log: AccessLog, path: string) =>
    log.of(new URL(samples.originOf('app')).host).filter((access) => access.path === path).length

  async function run() {
    const detail = await mesh.run({})
    const [site] = detail.sites
    expect(site).toMatchObject({ status: 'completed', counts: { pending: 0, failed: 0, skipped: 0 } })
    const rows = readCsv((await mesh.archive(detail.id)).get('app/seo.csv'))
    const titles = rows.map((row) => [new URL(row.Address!).pathname, row['Title 1'] ?? ''])
    const renders: unknown[] = []
    for await (const { event } of mesh.client.runEvents(detail.id)) {
      if (event.type === 'site.render') renders.push(event.data)
    }
    return { titles: titles.sort(), renders }
  }

  const filled = () =>
    appPages(1)
      .map(({ path, title }) => [path, title])
      .sort()

  test('it goes over to the browser with its first page, and every page is read as it is once filled', async () => {
    const { titles, renders } = await run()
    expect(titles).toEqual(filled())
    expect(renders).toEqual([{ from: 'http', to: 'browser', reason: 'needs-browser' }])
    // Once as it was sent, once by the browser.
    expect(asked(samples.log, '/')).toBe(3)
  })

  test('its next run begins there', async () => {
    const before = asked(samples.log, '/')
    const { titles, renders } = await run()
    expect(titles).toEqual(filled())
    expect(renders).toEqual([{ from: 'http', to: 'browser', reason: 'remembered' }])
    expect(asked(samples.log, '/')).toBe(before + 2)
  })
})
