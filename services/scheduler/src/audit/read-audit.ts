import type { AuditEntry, RpcOutput, RpcRequest, schedulerRpc } from '@seine/contracts'
import type { Database } from '../database/sql.ts'
import { utc } from '../database/utc.ts'

/** Answers who did what, the latest first. An action without a dot stands for all of its thing. */
export function makeReadAudit(database: Database) {
  return async (
    request: RpcRequest<typeof schedulerRpc.listAudit>,
  ): Promise<RpcOutput<typeof schedulerRpc.listAudit>> => {
    const { actor = null, action = null, subject = null, from = null, to = null } = request
    const filter = [actor, action, subject, from, to]
    const entries = await database.query<AuditEntry>(
      `select id, ${utc('at')} as at, actor, action, subject, details, correlation_id as "correlationId"
       from audit where ${condition} order by id desc limit $6 offset $7`,
      [...filter, request.perPage, (request.page - 1) * request.perPage],
    )
    const [count] = await database.query<{ total: number }>(
      `select count(*)::int as total from audit where ${condition}`,
      filter,
    )
    return { entries, total: count?.total ?? 0 }
  }
}

const condition = `($1::text is null or actor = $1)
  and ($2::text is null or action = $2 or (strpos($2, '.') = 0 and split_part(action, '.', 1) = $2))
  and ($3::text is null or subject = $3)
  and ($4::timestamptz is null or at >= $4::timestamptz) and ($5::timestamptz is null or at < $5::timestamptz)`
