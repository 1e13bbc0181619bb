import type { Database } from './sql.ts'

interface Column {
  readonly table: string
  readonly column: string
  readonly type: string
  readonly nullable: boolean
  readonly fallback: string | null
}

interface Index {
  readonly table: string
  readonly definition: string
}

/** docs/db_schema.md without its head: every table as PostgreSQL has it after all migrations, by name. */
export async function describeSchema(database: Pick<Database, 'query'>): Promise<string> {
  const columns = await database.query<Column>(
    `select c.relname as "table", a.attname as "column", format_type(a.atttypid, a.atttypmod) as type,
       not a.attnotnull as nullable, pg_get_expr(d.adbin, d.adrelid) as fallback
     from pg_class c join pg_namespace n on n.oid = c.relnamespace and n.nspname = 'public'
       join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
       left join pg_attrdef d on d.adrelid = c.oid and d.adnum = a.attnum
     where c.relkind in ('r', 'p') and c.relname not like 'mikro_orm%'
     order by c.relname, a.attnum`,
  )
  const indexes = await database.query<Index>(
    `select tablename as "table", indexdef as definition from pg_indexes where schemaname = 'public' order by tablename, indexname`,
  )
  const tables = [...new Set(columns.map(({ table }) => table))]
  return tables
    .map((table) => {
      const rows = columns
        .filter((column) => column.table === table)
        .map(
          ({ column, type, nullable, fallback }) =>
            `| \`${column}\` | ${type} | ${nullable ? 'yes' : ''} | ${code(fallback)} |`,
        )
      const keys = indexes
        .filter((index) => index.table === table)
        .map(({ definition }) => `- ${code(shortened(definition))}`)
      return [
        `## ${table}`,
        '',
        '| column | type | may be null | default |',
        '|---|---|---|---|',
        ...rows,
        '',
        ...keys,
      ].join('\n')
    })
    .join('\n\n')
}

const code = (text: string | null): string => (text === null ? '' : `\`${text.replaceAll('|', '\\|')}\``)

/** `create unique index x on public.y using btree (z)` → `unique (z)`. */
const shortened = (definition: string): string =>
  definition.replace(/^CREATE (UNIQUE )?INDEX (\S+) ON \S+ USING btree /, (_, unique) => (unique ? 'unique ' : ''))
