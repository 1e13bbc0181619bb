/**
 * Where V8 profiles say that time went: by part of the code, and by function. `node bench/profile-summary.ts <folder or file of
 * .cpuprofile> [--top 40]`. Self time; `inclusive`: with all that a function called.
 */
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { parseArgs } from 'node:util'

interface ProfileNode {
  id: number
  callFrame: { functionName: string; url: string; lineNumber: number }
  children?: number[]
}

interface Profile {
  nodes: ProfileNode[]
  samples: number[]
  timeDeltas: number[]
}

const { values, positionals } = parseArgs({
  options: { top: { type: 'string', default: '40' } },
  allowPositionals: true,
})
const path = positionals[0] ?? '.'
const files = statSync(path).isDirectory()
  ? readdirSync(path)
      .filter((name) => name.endsWith('.cpuprofile'))
      .map((name) => join(path, name))
  : [path]

const idle = new Set(['(idle)'])
const byPart = new Map<string, number>()
const bySelf = new Map<string, number>()
const byInclusive = new Map<string, number>()
let busyUs = 0

for (const file of files) read(JSON.parse(readFileSync(file, 'utf8')) as Profile)

console.log(`${files.length} profiles, ${(busyUs / 1_000).toFixed(0)} ms busy`)
show('part', byPart)
show('function (self)', bySelf)
show('function (inclusive)', byInclusive)

function read({ nodes, samples, timeDeltas }: Profile): void {
  const selfUs = new Map<number, number>()
  for (const [i, id] of samples.entries()) selfUs.set(id, (selfUs.get(id) ?? 0) + (timeDeltas[i + 1] ?? 0))
  const byId = new Map(nodes.map((node) => [node.id, node]))

  /** Gives the time of the node and all below it; a function below itself is entered once. */
  const enter = (node: ProfileNode, above: ReadonlySet<string>): number => {
    const name = nameOf(node)
    const own = selfUs.get(node.id) ?? 0
    if (!idle.has(node.callFrame.functionName)) {
      busyUs += own
      add(byPart, partOf(node), own)
      add(bySelf, name, own)
    }
    const inside = new Set(above).add(name)
    const total = (node.children ?? []).reduce(
      (sum, id) => sum + enter(byId.get(id) as ProfileNode, inside),
      idle.has(node.callFrame.functionName) ? 0 : own,
    )
    if (!above.has(name)) add(byInclusive, name, total)
    return total
  }
  enter(nodes[0] as ProfileNode, new Set())
}

function add(sums: Map<string, number>, name: string, us: number): void {
  sums.set(name, (sums.get(name) ?? 0) + us)
}

function nameOf({ callFrame: { functionName, url, lineNumber } }: ProfileNode): string {
  return `${functionName || 'anonymous'} ${url.replace(/^.*\/(?=(?:libs|services|node_modules)\/)/, '')}:${lineNumber + 1}`
}

function partOf({ callFrame: { functionName, url } }: ProfileNode): string {
  if (url === '') return functionName.startsWith('(') ? functionName : 'native'
  return (
    /node_modules\/((?:@[^/]+\/)?[^/]+)(?!.*node_modules)/.exec(url)?.[1] ??
    /\/((?:libs|services)\/[^/]+)\//.exec(url)?.[1] ??
    (url.startsWith('node:') ? url : 'other')
  )
}

function show(title: string, sums: ReadonlyMap<string, number>): void {
  console.log(`\n${title}`)
  const rows = [...sums].sort(([, a], [, b]) => b - a).slice(0, Number(values.top))
  for (const [name, us] of rows) {
    if (us === 0) continue
    console.log(`${((100 * us) / busyUs).toFixed(1).padStart(6)} %  ${name}`)
  }
}
