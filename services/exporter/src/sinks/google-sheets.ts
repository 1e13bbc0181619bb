import { type CellValue, cellsOf, runSiteColumns } from '@seine/reports'
import { z } from 'zod'
import type { AskJson } from './ask-json.ts'
import type { PackedRun, Sink } from './sink.ts'

/** What the token has to be for. */
export const sheetsScope = 'https://www.googleapis.com/auth/spreadsheets'
/** Rows in one request. */
const rowsAtOnce = 500

const valuesSchema = z.object({ values: z.array(z.array(z.unknown())).optional() })

/** The columns: the run, when it was created, then those of summary.xlsx. */
export const sheetHeader: readonly string[] = ['Run', 'Created', ...runSiteColumns.map(({ name }) => name)]

/**
 * Keeps a sheet of a Google spreadsheet (Sheets API v4) that has a row for each site of each run: rows that are there are written anew,
 * others are appended. Values are sent as `RAW`: nothing in them is taken for a formula.
 */
export function makeGoogleSheets(deps: {
  /** `https://sheets.googleapis.com`. */
  baseUrl: string
  spreadsheet: string
  sheet: string
  token: (signal: AbortSignal) => Promise<string>
  ask: AskJson
}): Sink {
  const { sheet, ask } = deps
  const range = (cells: string): string => `'${sheet.replaceAll("'", "''")}'!${cells}`

  async function request(method: string, path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const authorization = `Bearer ${await deps.token(signal)}`
    const url = `${deps.baseUrl}/v4/spreadsheets/${encodeURIComponent(deps.spreadsheet)}/${path}`
    const headers = { authorization, 'content-type': 'application/json' }
    return ask(url, { method, headers, signal, ...(body === undefined ? {} : { body: JSON.stringify(body) }) })
  }

  /** Rows of this run by site, counted from 1; how many rows there are. */
  async function rowsOf(runId: string, signal: AbortSignal): Promise<{ places: Map<string, number>; rows: number }> {
    const path = `values/${encodeURIComponent(range('A:C'))}?majorDimension=ROWS`
    const { values = [] } = valuesSchema.parse(await request('GET', path, undefined, signal))
    const places = new Map<string, number>()
    for (const [i, [run, , site]] of values.entries()) if (run === runId) places.set(String(site), i + 1)
    return { places, rows: values.length }
  }

  async function append(rows: readonly (readonly CellValue[])[], signal: AbortSignal): Promise<void> {
    const path = `values/${encodeURIComponent(range('A1'))}:append?valueInputOption=RAW&insertDataOption=INSERT_ROWS`
    await request('POST', path, { majorDimension: 'ROWS', values: rows }, signal)
  }

  return {
    name: 'google-sheets',
    async deliver(run, signal) {
      const { places, rows } = await rowsOf(run.runId, signal)
      if (rows === 0) await append([sheetHeader], signal)
      const sites = run.sites.map((site) => ({ place: places.get(site.run.site), cells: rowOf(run, site) }))
      const there = sites.filter(({ place }) => place !== undefined)
      for (const batch of batches(there)) {
        const data = batch.map(({ place, cells }) => ({ range: range(`A${place}`), values: [cells] }))
        await request('POST', 'values:batchUpdate', { valueInputOption: 'RAW', data }, signal)
      }
      const added = sites.filter(({ place }) => place === undefined)
      for (const batch of batches(added)) {
        const cells = batch.map((site) => site.cells)
        await append(cells, signal)
      }
      return `${added.length} rows added, ${there.length} written anew`
    },
  }
}

/** Dates as `YYYY-MM-DD HH:MM:SS` in UTC; an empty cell is an empty text, so that an earlier value goes. */
function rowOf({ runId, createdAt }: PackedRun, site: PackedRun['sites'][number]): CellValue[] {
  const cells = cellsOf(runSiteColumns, site).map((value, i) => {
    if (value === null) return ''
    return typeof value === 'number' && runSiteColumns[i]?.type === 'date' ? dateText(value) : value
  })
  return [runId, dateText(Date.parse(createdAt)), ...cells]
}

const dateText = (ms: number): string => new Date(ms).toISOString().slice(0, 19).replace('T', ' ')

function* batches<T>(all: readonly T[]): Generator<readonly T[]> {
  for (let at = 0; at < all.length; at += rowsAtOnce) yield all.slice(at, at + rowsAtOnce)
}
