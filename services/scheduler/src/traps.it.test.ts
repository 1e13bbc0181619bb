import type { FetchTask } from '@seine/contracts'
import { canonicalUrl, trapCaps } from '@seine/urls'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ledgersBalance } from './testing/database.ts'
import { makeFakeExporter } from './testing/fake-exporter.ts'
import { type Answer, makeFakeFetcher, page } from './testing/fake-fetcher.ts'
import { testCatalogue, testSite } from './testing/fixtures.ts'
import { startTestMesh, type TestMesh } from './testing/mesh.ts'

const boundless = { policy: 'fast', maxDepth: 1_000, sitemaps: [] }
const catalogue = testCatalogue(
  [testSite('calendar', boundless), testSite('sessions', boundless), testSite('facets', boundless)],
  { fast: { ratePerSecond: 10_000, concurrency: 512, burst: 1_000 } },
)

const upTo = <T>(n: number, of: (i: number) => T) => Array.from({ length: n }, (_, i) => of(i))
let sessions = 0

/** What each host links to from every page, for ever; canonical, as a fetcher publishes it. */
const mazes: Record<string, (url: URL) => string[]> = {
  'calendar.test'({ searchParams }) {
    const [year = 2026, month = 1] = searchParams.get('month')?.split('-').map(Number) ?? []
    const at = (months: number) => new Date(Date.UTC(year, month - 1 + months)).toISOString().slice(0, 7)
    return [
      ...upTo(12, (i) => `/events?month=${at(i + 1)}`),
      `/events?month=${at(-1)}`,
      ...upTo(28, (i) => `/events?month=${at(0)}&day=${i + 1}`),
    ]
  },
  'sessions.test': () =>
    upTo(20, (i) => {
      const id = (++sessions).toString(16).padStart(24, '0')
      return [`/item/${i}?sid=${id}`, `/item/${i};jsessionid=${id}`, `/(S(${id}))/item/${i}`][sessions % 3]!
    }),
  'facets.test': ({ search }) =>
    upTo(
      60,
      (i) =>
        `/shop?${['colour', 'size', 'brand'].map((name, place) => `${name}=${(sum(search) + i * (place + 1)) % 97}`).join('&')}`,
    ),
}
const sum = (text: string) =>
  [...text].reduce((total, character) => ((total * 31) % 1_009) + character.charCodeAt(0), 0)

function web(task: FetchTask): Answer {
  if (task.kind !== 'page') return {}
  const url = new URL(task.url)
  const links = mazes[url.hostname]!(url).map((path) => canonicalUrl(path, task.url)!)
  return { found: [...new Set(links)].map((link) => page(link, { depth: task.depth + 1 })) }
}

let mesh: TestMesh
beforeAll(async () => {
  mesh = await startTestMesh()
  await mesh.startScheduler(catalogue)
  await mesh.start(makeFakeFetcher(mesh.bus, web), makeFakeExporter(mesh.bus))
})
afterAll(() => mesh.close())

test('a calendar, a maze of session ids and a shop with facets end, and say what was cut', async () => {
  const { id } = await mesh.createRun()
  await mesh.ended(id, 50_000)
  const [calendar, maze, facets] = await mesh.siteRuns(id)
  // Months and days are counted apart; the home page is neither.
  expect(calendar).toMatchObject({ status: 'completed', counts: { ok: 2 * trapCaps.calendar + 1 } })
  expect(calendar?.reasons['trap-calendar']).toBeGreaterThan(0)
  expect(maze).toMatchObject({ status: 'completed', counts: { discovered: 21, ok: 21 }, reasons: {} })
  expect(facets).toMatchObject({ status: 'completed', counts: { ok: trapCaps.facets + 1 } })
  expect(facets?.reasons['trap-facets']).toBeGreaterThan(0)
  expect(await ledgersBalance(mesh.database)).toBe(true)
})
