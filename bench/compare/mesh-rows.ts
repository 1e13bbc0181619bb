import { createReadStream, globSync } from 'node:fs'
import { parse } from 'csv-parse'
import { comparedFields } from './fields.ts'

/** The compared fields of every page with status 200, by URL, out of an unpacked archive. */
export async function readMeshRows(folder: string): Promise<Map<string, Record<string, string>>> {
  const rows = new Map<string, Record<string, string>>()
  for (const [file, address, status] of [
    ['seo.csv', 'Address', 'Status Code'],
    ['full.csv', 'URL', 'Status Code'],
  ] as const) {
    const fields = comparedFields.filter((field) => field.file === file)
    for (const report of globSync(`${folder}/**/${file}`)) {
      const records = createReadStream(report).pipe(parse({ bom: true, columns: true }))
      for await (const record of records as AsyncIterable<Record<string, string>>) {
        const url = record[address] ?? ''
        if (record[status] !== '200') continue
        const row = rows.get(url) ?? {}
        for (const { name, column } of fields) row[name] = record[column ?? ''] ?? ''
        rows.set(url, row)
      }
    }
  }
  return rows
}
