/** A statement of the hot path: see {@link Database.hotTransaction}. Elsewhere it is run as its text. */
export interface Prepared {
  /** The text's own: no two texts share one. */
  readonly name: string
  readonly text: string
}

export const textOf = (statement: string | Prepared): string =>
  typeof statement === 'string' ? statement : statement.text

/** Something that runs SQL with `$1` parameters: the pool, or one transaction. */
export interface Sql {
  /** Rows as objects. Numbers of type bigint and all times arrive as text unless the statement casts them. */
  query<Row = Record<string, unknown>>(statement: string | Prepared, values?: readonly unknown[]): Promise<Row[]>
}

/**
 * The order in which rows are locked, everywhere, so that no two transactions wait for each other:
 * bulk_jobs → bulk_job_sites (by id) → urls (by id) → bulk_job_site_reasons, bulk_job_site_traps → hosts (by host).
 * Claims hold hosts first and skip whatever else is locked.
 */
export interface Database extends Sql {
  /** Runs `work` in one transaction (READ COMMITTED) and rolls back when it throws. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /**
   * The same, but that each {@link Prepared} statement is planned once a connection, because planning the longest ones is more work than
   * running them. Only for look-ups by index: that plan has to hold however tables grow, and the planner's own choice for a table
   * of ten rows scans it.
   */
  hotTransaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>
  /**
   * Runs `work` while holding a cluster-wide lock that ends with its connection. Null: another process holds it.
   * `work` uses other connections: a lock lost on the way lets two run at once, so every step in it locks its rows.
   */
  exclusively<T>(lock: ExclusiveLock, work: () => Promise<T>): Promise<T | null>
}

/** What a statement over all pages of a site run may take: five million rows are rewritten in minutes. */
const longStatement = '1h'

/**
 * Lets the statements of this transaction take longer than the pool's statement timeout allows. For those whose work grows with a site or
 * a table; all others are stuck when they take long.
 */
export async function allowLong(sql: Sql): Promise<void> {
  await sql.query(`set local statement_timeout = '${longStatement}'`)
}

/** Keys of PostgreSQL's advisory locks: what only one scheduler does at a time. */
export const locks = {
  migrate: 7_301,
  tick: 7_302,
  progress: 7_303,
  outbox: 7_304,
  import: 7_305,
  retention: 7_306,
  schedules: 7_310,
  deliveries: 7_311,
} as const
export type ExclusiveLock = keyof typeof locks

/** A moment as PostgreSQL reads it. */
export const at = (ms: number): string => new Date(ms).toISOString()
