import { ApiFailure, type Page, Unreachable } from '@seine/client'
import { request } from './api.ts'

/** Requests for what the shared client has no method for. They fail as its own do: ApiFailure, Unreachable. */
async function answerOf(path: string, init?: RequestInit): Promise<Response> {
  let response: Response
  try {
    response = await request(path, { ...init, signal: AbortSignal.timeout(30_000) })
  } catch (error) {
    throw new Unreachable(location.origin, String(error), error)
  }
  if (response.ok) return response
  throw new ApiFailure(response.status, await response.json().catch(() => null))
}

/** `data` of the answer. */
export async function get<T>(path: string): Promise<T> {
  return ((await (await answerOf(path)).json()) as { data: T }).data
}

export async function list<T>(
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
): Promise<Page<T>> {
  return (await (await answerOf(path + queryOf(query))).json()) as Page<T>
}

/** Every page of a list, up to `most` entries. */
export async function listAll<T>(
  path: string,
  query: Readonly<Record<string, string | number | undefined>> = {},
  most = 2_000,
): Promise<{ data: T[]; total: number }> {
  const data: T[] = []
  for (let page = 1; ; page++) {
    const answer = await list<T>(path, { ...query, page, per_page: 200 })
    data.push(...answer.data)
    const { total, total_pages } = answer.pagination
    if (page >= total_pages || data.length >= most) return { data, total }
  }
}

export async function send<T>(
  method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
  path: string,
  body: unknown = {},
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const init = { method, body: JSON.stringify(body), headers: { 'content-type': 'application/json', ...headers } }
  return ((await (await answerOf(path, init)).json()) as { data: T }).data
}

/** `If-Match` of a version: the change is refused where somebody else was there first. */
export const ifMatch = (version: number) => ({ 'if-match': `"${version}"` })

export function queryOf(values: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(values))
    if (value !== undefined && value !== '') query.set(name, String(value))
  return query.size === 0 ? '' : `?${query}`
}
