import { cpuOfPage, type Row } from './row.ts'

export type Goal = {
  what: string
  measured: string
  /** Null: a row that it is measured by is not there. */
  isMet: boolean | null
}

/** What issue 8 asks of a mesh with one fetcher, beside the other rows of the same run. */
export function readGoals(
  rows: Record<'scrapy' | 'crawleeDurable' | 'ceiling', Row | undefined> & { mesh: Row },
): Goal[] {
  const mesh = cpuOfPage(rows.mesh)
  const goal = (what: string, against: Row | undefined, share: (cpu: number) => number, most: number): Goal => {
    if (against === undefined) return { what, measured: 'not measured', isMet: null }
    const measured = share(cpuOfPage(against))
    return { what, measured: measured.toFixed(2), isMet: measured <= most }
  }
  const fetcher = cpuOfPage(rows.mesh, 'fetcher')
  return [
    goal('whole mesh to Scrapy, CPU a page: at most 0.25', rows.scrapy, (cpu) => mesh / cpu, 0.25),
    goal(
      'whole mesh to Crawlee with its default storage: at most 0.125',
      rows.crawleeDurable,
      (cpu) => mesh / cpu,
      0.125,
    ),
    { what: 'whole mesh, CPU ms a page: about 1.0', measured: mesh.toFixed(2), isMet: mesh <= 1.05 },
    goal(
      'fetcher to the ceiling with its extraction: at most 1.25 (80 % of it)',
      rows.ceiling,
      (cpu) => fetcher / cpu,
      1.25,
    ),
  ]
}
