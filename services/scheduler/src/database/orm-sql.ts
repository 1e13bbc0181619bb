import type { EntityManager } from '@mikro-orm/postgresql'
import { type Prepared, type Sql, textOf } from './sql.ts'

/** SQL in the ORM's transaction, where entities and statements have to become true together. Not for statements with a `?` of their own. */
export function sqlOf(em: EntityManager): Sql {
  return {
    async query<Row>(statement: string | Prepared, values: readonly unknown[] = []) {
      const inOrder: unknown[] = []
      const marked = textOf(statement).replaceAll(/\$(\d+)/g, (_, place: string) => {
        inOrder.push(values[Number(place) - 1])
        return '?'
      })
      return em.execute<Row[]>(marked, inOrder)
    },
  }
}
