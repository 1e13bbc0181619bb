import { type Bus, done, RpcError } from '@seine/bus'
import { consumers, deliverWork, deliveryResult, eventMessage, type Run } from '@seine/contracts'
import type { Logger, Part } from '@seine/runtime'
import type { Config } from '../config.ts'
import type { Postgres } from '../database/postgres.ts'
import { at } from '../database/sql.ts'
import type { Loop } from '../loop.ts'
import { makeReadRuns } from '../runs/read-runs.ts'
import { makeApplyResult } from './apply-result.ts'
import { makeEnterDeliveries } from './enter-deliveries.ts'
import { makeSendDue } from './send-due.ts'
import { serveWebhooks } from './serve-webhooks.ts'

const sendEveryMs = 500
const forgetEveryMs = 10 * 60_000
/** How long an ended delivery can be looked at. */
const keptMs = 30 * 24 * 60 * 60_000
const eventsAtOnce = 4
const resultsAtOnce = 8

/** Webhooks, wired: events become deliveries, deliveries go to fetchers, their results come back. */
export function webhookParts(deps: {
  bus: Bus
  database: Postgres
  config: Config
  loop: (name: string, everyMs: number, round: () => Promise<'more' | 'idle'>) => Loop
  log: Logger
}): Part[] {
  const { bus, database, config, loop, log } = deps
  const nowMs = () => bus.nowMs()
  const publicUrl = (config.PUBLIC_URL ?? '').replace(/\/+$/, '')
  const { getRun } = makeReadRuns(database)
  const readRun = async (runId: string): Promise<Run | null> => {
    try {
      return await getRun(runId)
    } catch (error) {
      if (error instanceof RpcError && error.code === 'not-found') return null
      throw error
    }
  }
  const sending = loop(
    'deliveries',
    sendEveryMs,
    makeSendDue({
      database,
      publish: (work) => bus.publish(deliverWork, work),
      pendingFor: (webhookId) => bus.pendingOn('DELIVERIES', `work.deliver.${webhookId}`),
      nowMs,
      log,
    }),
  )
  const forgetting = loop('forget deliveries', forgetEveryMs, async () => {
    await database.query(
      `delete from webhook_deliveries where state in ('delivered', 'failed') and created_at < $1::timestamptz`,
      [at(nowMs() - keptMs)],
    )
    return 'idle'
  })
  const enter = makeEnterDeliveries({ database, readRun, publicUrl, nowMs })
  const events = bus.pull(
    consumers.webhookEvents,
    eventMessage,
    async (event) => {
      if ((await enter(event)) > 0) sending.wake()
      return done()
    },
    { maxInFlight: eventsAtOnce },
  )
  const apply = makeApplyResult({ database, basePauseMs: config.WEBHOOK_RETRY, nowMs, random: Math.random, log })
  const results = bus.pull(
    consumers.deliveryResults,
    deliveryResult,
    async (result) => {
      await apply(result)
      sending.wake()
      return done()
    },
    { maxInFlight: resultsAtOnce },
  )
  return [...serveWebhooks({ bus, database, publicUrl, due: sending.wake }), events, results, sending, forgetting]
}
