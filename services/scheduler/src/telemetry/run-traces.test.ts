import { expect, test } from 'vitest'
import type { Database } from '../database/sql.ts'
import { makeRunTraces, maxTracedTasks } from './run-traces.ts'

const traceParent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'

function databaseOf(answer: () => { traceParent: string | null }[]) {
  let asked = 0
  const query = async () => {
    asked++
    return answer()
  }
  return { database: { query } as unknown as Database, asked: () => asked }
}

test('a run’s trace is read once', async () => {
  const { database, asked } = databaseOf(() => [{ traceParent }])
  const traces = makeRunTraces(database)
  expect(await Promise.all([traces.of('a'), traces.of('a'), traces.ofTask('a')])).toEqual(Array(3).fill(traceParent))
  expect(asked()).toBe(1)
})

test('past its first thousand tasks a run’s tasks say that they are not to be traced', async () => {
  const traces = makeRunTraces(databaseOf(() => [{ traceParent }]).database)
  for (let i = 0; i < maxTracedTasks; i++) expect(await traces.ofTask('a')).toBe(traceParent)
  expect(await traces.ofTask('a')).toBe('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-00')
})

test('a run that was not traced has none, and neither has one that can’t be read', async () => {
  expect(await makeRunTraces(databaseOf(() => [{ traceParent: null }]).database).ofTask('a')).toBeUndefined()
  const broken = databaseOf(() => {
    throw new Error('away')
  })
  expect(await makeRunTraces(broken.database).of('a')).toBeUndefined()
})
