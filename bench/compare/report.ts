import type { FieldAgreement } from './agreement.ts'
import { readGoals } from './goals.ts'
import { meshName } from './measure.ts'
import { bestRounds, type Row, restOfPage } from './row.ts'
import { agreementTable, costTable, markdownTable, processTable, termsTable } from './tables.ts'
import { toolConcurrency, toolNames } from './tools.ts'

export type SpeedResults = {
  /** The pages and the machine. */
  about: string
  /** Of all rounds. */
  rows: Row[]
  /** How far the values of other crawlers are the mesh's. */
  agreements: { name: string; fields: FieldAgreement[] }[]
  /** Tools that are not there, with what to do about it. */
  skipped: string[]
}

/** Everything that was measured, as Markdown. */
export function speedReport({ about, rows, agreements, skipped }: SpeedResults): string {
  const best = bestRounds(rows)
  const named = (name: string) => best.find((row) => row.name === name)
  const meshes = best.filter(({ name }) => [1, 2].map(meshName).includes(name))
  const shown = [...meshes, ...best.filter((row) => !meshes.includes(row))]
  const first = meshes[0] ?? best[0]
  if (first === undefined) return 'nothing was measured'
  const goals = readGoals({
    mesh: first,
    scrapy: named(toolNames.scrapy),
    crawleeDurable: named(toolNames.crawleeDurable),
    ceiling: named(toolNames.ceiling),
  })
  return [
    about,
    `Tools ask for ${toolConcurrency} pages at once from a list; the mesh reads robots.txt and sitemaps, and asks for 64 at once of a site.`,
    costTable(shown, first),
    ...(meshes.length === 0 ? [] : [processTable(meshes), restText(first), goalsTable(goals)]),
    termsTable(shown),
    ...(agreements.length === 0 ? [] : [agreementTable(agreements)]),
    ...skipped.map((line) => `Left out: ${line}`),
  ].join('\n\n')
}

function restText(mesh: Row): string {
  return `With nothing to do the mesh takes ${mesh.restMsPerSecond?.toFixed(0)} ms of CPU a second. In the ${mesh.seconds.toFixed(0)} s of the first row that is ${restOfPage(mesh).toFixed(2)} ms a page, and none of the tools’.`
}

function goalsTable(goals: ReturnType<typeof readGoals>): string {
  const verdict = (isMet: boolean | null) => (isMet === null ? '' : isMet ? 'met' : 'missed')
  return markdownTable(
    ['goal', 'measured', ''],
    goals.map(({ what, measured, isMet }) => [what, measured, verdict(isMet)]),
  )
}
