import { Migrator } from '@mikro-orm/migrations'
import { MikroORM, type PostgreSqlConnection } from '@mikro-orm/postgresql'
import { type Logger, messageOf, systemClock } from '@seine/runtime'
import { entities } from './entities.ts'
import { Initial } from './migrations/0001-initial.ts'
import { KnownContent } from './migrations/0002-known-content.ts'
import { TrapCounts } from './migrations/0003-trap-counts.ts'
import { RetryBudget } from './migrations/0004-retry-budget.ts'
import { SiteQuality } from './migrations/0006-quality.ts'
import { Render } from './migrations/0007-render.ts'
import { StoredPages } from './migrations/0008-stored-pages.ts'
import { PageChanges } from './migrations/0009-page-changes.ts'
import { Retention } from './migrations/0010-retention.ts'
import { RunDiffs } from './migrations/0011-run-diffs.ts'
import { SitePages } from './migrations/0013-site-pages.ts'
import { SiteCatalogue } from './migrations/0014-catalogue.ts'
import { ErrorRegistry } from './migrations/0015-error-registry.ts'
import { Audit } from './migrations/0017-audit.ts'
import { Schedules } from './migrations/0018-schedules.ts'
import { Webhooks } from './migrations/0019-webhooks.ts'
import { Traces } from './migrations/0020-traces.ts'
import { AnswerTime } from './migrations/0021-answer-time.ts'
import { type Database, locks, type Prepared, type Sql, textOf } from './sql.ts'

/** What is used of the `pg` pool, which has no types of its own. */
interface Queryable {
  query(statement: string | Prepared, values?: readonly unknown[]): Promise<{ rows: unknown[] }>
}
interface PgClient extends Queryable {
  release(destroy?: boolean): void
}
interface PgPool extends Queryable {
  connect(): Promise<PgClient>
}

/**
 * Every statement of the hot path is a few hundred look-ups by index. A planner that has no statistics yet scans a table
 * that grows under it instead, and compiles what takes a millisecond to run. Bitmap scans are off because they don't mark
 * dead index entries as a plain scan does: of a busy host there are tens of thousands between two vacuums.
 */
const plannerSettings = '-c random_page_cost=1.1 -c jit=off -c enable_bitmapscan=off'

/**
 * How soon PostgreSQL lets go of a scheduler that is not there any more (its machine is gone, or a network ate its farewell): after
 * 25 s. The system's own first look is after two hours, and for so long its session would hold its locks: with the lock of
 * the clockwork no run would end. Keeps I1.
 */
const farewellSettings =
  '-c tcp_keepalives_idle=10 -c tcp_keepalives_interval=5 -c tcp_keepalives_count=3 -c tcp_user_timeout=25000'

const sessionSettings = (statementTimeoutMs: number | undefined): string => {
  const timeout = statementTimeoutMs === undefined ? '' : ` -c statement_timeout=${statementTimeoutMs}`
  return `${plannerSettings} ${farewellSettings}${timeout}`
}

/** One plan for all values, of nested loops over indexes. */
const beginHot = `begin; set local plan_cache_mode = force_generic_plan; set local enable_seqscan = off;
  set local enable_hashjoin = off; set local enable_mergejoin = off`

const migrations = [
  Initial,
  KnownContent,
  TrapCounts,
  RetryBudget,
  SiteQuality,
  Render,
  StoredPages,
  PageChanges,
  Retention,
  RunDiffs,
  SitePages,
  SiteCatalogue,
  Audit,
  Schedules,
  Webhooks,
  ErrorRegistry,
  Traces,
  AnswerTime,
]

export interface Postgres extends Database, AsyncDisposable {
  readonly orm: MikroORM
  /** Null: it answers. Text: why not. */
  check(): Promise<string | null>
}

/**
 * Connects to PostgreSQL through MikroORM; the hot path writes SQL of its own on the ORM's connection pool. Tries again for
 * `startTimeoutMs`, then throws what the last try said.
 */
export async function connectPostgres(
  options: {
    url: string
    maxConnections: number
    startTimeoutMs: number
    /** What one statement may take, its wait for locks included; then PostgreSQL ends it (57014). 0: no limit. Absent: the server's. */
    statementTimeoutMs?: number
  },
  log: Logger,
): Promise<Postgres> {
  const orm = new MikroORM({
    entities,
    clientUrl: options.url,
    extensions: [Migrator],
    migrations: { migrationsList: migrations, tableName: 'migrations', snapshot: false, silent: true },
    pool: { min: 0, max: options.maxConnections },
    driverOptions: {
      connectionTimeoutMillis: 5_000,
      application_name: 'seine-scheduler',
      keepAlive: true,
      // The system's own first look at a silent connection is after two hours.
      keepAliveInitialDelayMillis: 10_000,
      options: sessionSettings(options.statementTimeoutMs),
    },
    logger: (message) => log.debug(message),
    discovery: { warnWhenNoEntities: false },
    allowGlobalContext: false,
  })
  const connection = orm.em.getConnection() as PostgreSqlConnection
  let pool: PgPool
  try {
    pool = await untilItAnswers(
      async () => {
        const native = (await connection.getNativeClient()) as unknown as PgPool
        await native.query('select 1')
        return native
      },
      options,
      log,
    )
  } catch (error) {
    await orm.close(true)
    throw error
  }
  return {
    ...makeDatabase(pool),
    orm,
    async check() {
      await pool.query('select 1')
      return null
    },
    async [Symbol.asyncDispose]() {
      await orm.close(true)
    },
  }
}

async function untilItAnswers<T>(
  ask: () => Promise<T>,
  options: { url: string; startTimeoutMs: number },
  log: Logger,
): Promise<T> {
  const { host } = new URL(options.url)
  const endMs = performance.now() + options.startTimeoutMs
  for (let pauseMs = 200; ; pauseMs = Math.min(2_000, pauseMs * 2)) {
    try {
      return await ask()
    } catch (cause) {
      const message = `PostgreSQL at ${host}: ${messageOf(cause)}`
      if (performance.now() + pauseMs > endMs) throw new Error(message, { cause })
      log.warn(`${message}; trying again`)
      await systemClock.sleep(pauseMs)
    }
  }
}

function makeDatabase(pool: PgPool): Database {
  const onto = (target: Queryable, isHot = false): Sql => ({
    async query<Row>(statement: string | Prepared, values: readonly unknown[] = []) {
      return (await target.query(isHot ? statement : textOf(statement), values)).rows as Row[]
    },
  })

  async function withClient<T>(work: (client: PgClient) => Promise<T>, begin = 'begin'): Promise<T> {
    const client = await pool.connect()
    let broken = true
    try {
      await client.query(begin)
      const result = await work(client)
      await client.query('commit')
      broken = false
      return result
    } catch (error) {
      // A connection that can't even roll back is thrown away.
      broken = await client.query('rollback').then(
        () => false,
        () => true,
      )
      throw error
    } finally {
      client.release(broken)
    }
  }

  return {
    ...onto(pool),
    transaction: (work) => withClient((client) => work(onto(client))),
    hotTransaction: (work) => withClient((client) => work(onto(client, true)), beginHot),
    exclusively: (lock, work) =>
      withClient(async (client) => {
        const { rows } = await client.query('select pg_try_advisory_xact_lock($1) as mine', [locks[lock]])
        return (rows[0] as { mine: boolean }).mine ? await work() : null
      }),
  }
}
