import { silentLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { type Database, type Prepared, type Sql, textOf } from '../database/sql.ts'
import { makeTick, maxFailedMoves, movesAtOnce } from './tick.ts'

/** One round over a run with these sites, of which some can't be moved; gives those that were. */
async function ticked(sites: readonly string[], fails: (site: string) => boolean | Promise<boolean>) {
  const moved: string[] = []
  const query = async <Row>(statement: string | Prepared) => {
    const text = textOf(statement)
    if (text.includes("status in ('waiting', 'running')"))
      return [{ id: 'run', status: 'running', flag: 'running' } as Row]
    return text.includes("step in ('preflight', 'discover')") ? sites.map((site) => ({ site }) as Row) : []
  }
  const transaction = <T>(work: (sql: Sql) => Promise<T>) => work({ query })
  const database: Database = { query, transaction, hotTransaction: transaction, exclusively: (_, work) => work() }
  const tick = makeTick({
    database,
    startSite: async () => true,
    advanceSite: async ({ site }) => {
      if (await fails(site)) throw new Error(`${site} is odd`)
      moved.push(site)
      return { after: 'nothing' }
    },
    settleRender: async () => false,
    ask: { site: async () => {}, archive: async () => {} },
    putFlag: async () => {},
    times: { batchWaitMs: 1, exportDeadlineMs: 1 },
    nowMs: () => 0,
    log: silentLogger,
  })
  await tick()
  return moved
}

test('a site run that can not be moved on holds up no other of its run', async () => {
  expect(await ticked(['a', 'odd', 'c', 'd'], (site) => site === 'odd')).toEqual(['a', 'c', 'd'])
})

test('a round does not go through all sites where the cause is a common one', async () => {
  let tries = 0
  await ticked(
    Array.from({ length: 100 }, (_, n) => `s${n}`),
    () => ++tries > 0,
  )
  expect(tries).toBeGreaterThanOrEqual(maxFailedMoves)
  expect(tries).toBeLessThan(maxFailedMoves + movesAtOnce)
})

test('a few site runs are moved at once, each of them one time', async () => {
  let now = 0
  let most = 0
  const sites = Array.from({ length: 50 }, (_, n) => `s${n}`)
  const moved = await ticked(sites, async () => {
    most = Math.max(most, ++now)
    await new Promise((resolve) => setImmediate(resolve))
    now--
    return false
  })
  expect(moved.toSorted()).toEqual(sites.toSorted())
  expect(most).toBe(movesAtOnce)
})
