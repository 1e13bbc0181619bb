import { z } from 'zod'

/** Query of every list. */
export const pageQuery = {
  page: z.coerce.number().int().min(1).default(1),
  per_page: z.coerce.number().int().min(1).max(200).default(50),
}

export const paginationSchema = z.strictObject({
  page: z.int(),
  per_page: z.int(),
  total: z.int(),
  total_pages: z.int(),
})

/** The `pagination` of a list. An empty list has no pages. */
export function paginationOf(page: number, perPage: number, total: number): z.output<typeof paginationSchema> {
  return { page, per_page: perPage, total, total_pages: Math.ceil(total / perPage) }
}

/** A page of a list that is short enough to have been read whole. */
export function pageOfAll<T>(
  all: readonly T[],
  { page, per_page: perPage }: { page: number; per_page: number },
): { data: T[]; page: number; perPage: number; total: number } {
  return { data: all.slice((page - 1) * perPage, page * perPage), page, perPage, total: all.length }
}
