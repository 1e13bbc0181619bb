import { afterAll, beforeAll, expect, test } from 'vitest'
import { startDatabase } from '../testing/database.ts'
import { sqlOf } from './orm-sql.ts'

let server: Awaited<ReturnType<typeof startDatabase>>
beforeAll(async () => {
  server = await startDatabase()
})
afterAll(() => server.stop())

test('parameters arrive as they are, in any order, more than once, with whatever is in them', async () => {
  const awkward = `why? it's $1 and \\? and "quoted" ;--`
  const rows = await server.database.orm.em
    .fork()
    .transactional((em) =>
      sqlOf(em).query(
        'select $2::text as second, $1::text as first, $2::text as again, $3::uuid as nothing, $4::int as n',
        [awkward, 'b', null, 7],
      ),
    )
  expect(rows).toEqual([{ second: 'b', first: awkward, again: 'b', nothing: null, n: 7 }])
})

test('what is thrown undoes what was written', async () => {
  const work = server.database.orm.em.fork().transactional(async (em) => {
    await sqlOf(em).query('create table undone (id int)')
    throw new Error('no')
  })
  await expect(work).rejects.toThrow('no')
  const tables = await server.database.query(`select 1 from pg_tables where tablename = 'undone'`)
  expect(tables).toEqual([])
})
