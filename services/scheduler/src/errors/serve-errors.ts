import { type Bus, done, RpcError } from '@seine/bus'
import {
  consumers,
  type ErrorGroup,
  errorReport,
  type RpcOutput,
  type RpcRequest,
  schedulerRpc,
} from '@seine/contracts'
import type { Part } from '@seine/runtime'
import { at, type Database } from '../database/sql.ts'
import { makeEnterErrors } from './enter-errors.ts'

const reportsAtOnce = 4

const columns = `fingerprint, service, level, name, message, stack, context, correlation_id as "correlationId",
  count::float8 as count, first_seen as "firstSeen", last_seen as "lastSeen", resolved_at as "resolvedAt"`

type Row = Omit<ErrorGroup, 'firstSeen' | 'lastSeen' | 'resolvedAt' | 'state'> & {
  firstSeen: Date
  lastSeen: Date
  resolvedAt: Date | null
}

/** The registry of unexpected errors: takes reports and answers for it. */
export function serveErrors({ bus, database }: { bus: Bus; database: Database }): Part[] {
  const enter = makeEnterErrors(database)
  const registry = makeErrorRegistry(database, () => bus.nowMs())
  return [
    bus.pull(
      consumers.errors,
      errorReport,
      async (report) => {
        await enter(report)
        return done()
      },
      { maxInFlight: reportsAtOnce },
    ),
    bus.serve(schedulerRpc.listErrors, registry.list),
    bus.serve(schedulerRpc.getError, ({ fingerprint }) => registry.get(fingerprint)),
    bus.serve(schedulerRpc.resolveError, ({ fingerprint }) => registry.resolve(fingerprint)),
  ]
}

export function makeErrorRegistry(database: Database, nowMs: () => number) {
  async function get(fingerprint: string): Promise<ErrorGroup> {
    const [row] = await database.query<Row>(`select ${columns} from error_groups where fingerprint = $1`, [fingerprint])
    if (row === undefined) throw new RpcError('not-found', `no error ${fingerprint}`)
    return groupOf(row)
  }

  return {
    get,
    async list(
      request: RpcRequest<typeof schedulerRpc.listErrors>,
    ): Promise<RpcOutput<typeof schedulerRpc.listErrors>> {
      const { service = null, level = null, state = null, page, perPage } = request
      const matching = `from error_groups where ($1::text is null or service = $1) and ($2::text is null or level = $2)
        and ($3::text is null or (resolved_at is null) = ($3 = 'open'))`
      const filter = [service, level, state]
      const [counted] = await database.query<{ total: number }>(`select count(*)::int as total ${matching}`, filter)
      const rows = await database.query<Row>(
        `select ${columns} ${matching} order by last_seen desc, fingerprint limit $4 offset $5`,
        [...filter, perPage, (page - 1) * perPage],
      )
      return { errors: rows.map(groupOf), total: counted?.total ?? 0 }
    },
    async resolve(fingerprint: string): Promise<ErrorGroup> {
      await database.query(
        `update error_groups set resolved_at = greatest($2::timestamptz, last_seen) where fingerprint = $1`,
        [fingerprint, at(nowMs())],
      )
      return get(fingerprint)
    },
  }
}

function groupOf({ firstSeen, lastSeen, resolvedAt, ...row }: Row): ErrorGroup {
  return {
    ...row,
    firstSeen: new Date(firstSeen).toISOString(),
    lastSeen: new Date(lastSeen).toISOString(),
    state: resolvedAt === null ? 'open' : 'resolved',
    resolvedAt: resolvedAt === null ? null : new Date(resolvedAt).toISOString(),
  }
}
