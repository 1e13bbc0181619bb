import type { RemoveArtifacts } from '@seine/contracts'
import { silentLogger } from '@seine/runtime'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { planRun, startDatabase } from '../testing/database.ts'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { makeRelease } from './release.ts'

let server: Awaited<ReturnType<typeof startDatabase>>
beforeAll(async () => {
  server = await startDatabase()
})
afterAll(() => server.stop())

test('all rows of a site run go, a few with each statement, and none of another', async () => {
  const { database } = server
  const runId = await planRun(database, testCatalogue([testSite('lamps'), testSite('books')]))
  await database.query(
    `insert into urls (id, site_run_id, url, host, kind, source, depth, redirects, priority, state, next_attempt_at)
     select gen_random_uuid(), id, 'https://' || site || '.test/' || n, 'h', 'page', 'link', 1, 0, 3, 2, now()
     from bulk_job_sites cross join generate_series(1, 7) n where job_id = $1`,
    [runId],
  )
  await database.query('insert into discovery_batches (url_id, attempt, batch) select id, 1, 0 from urls')
  await database.query(`update bulk_jobs set status = 'completed' where id = $1`, [runId])
  await database.query(`update bulk_job_sites set status = 'completed' where job_id = $1`, [runId])
  const [lamps] = await database.query<{ id: string }>(`select id from bulk_job_sites where site = 'lamps'`)

  const removed: RemoveArtifacts[] = []
  const release = makeRelease({
    ...{ database, nowMs: Date.now, log: silentLogger, rowsAtOnce: 3 },
    publishRemoval: async (message) => void removed.push(message),
  })
  await release.begin(lamps!.id)
  await release.finish()

  expect(removed).toEqual([{ runId, site: 'lamps' }])
  const left = await database.query<{ site: string; urls: number; batches: number }>(
    `select s.site, count(distinct u.id)::int as urls, count(b.url_id)::int as batches
     from urls u join bulk_job_sites s on s.id = u.site_run_id left join discovery_batches b on b.url_id = u.id group by s.site`,
  )
  expect(left).toEqual([{ site: 'books', urls: 7, batches: 7 }])
  expect(await database.query('select 1 from discovery_batches')).toHaveLength(7)
})
