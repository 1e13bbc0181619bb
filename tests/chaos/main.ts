/**
 * `make chaos`: the whole mesh is broken at random, round after round, and after each round every invariant is checked against
 * what the web server saw and what the archive says. Ends with 1 if one was broken; what is known of that round is kept.
 */
import { randomInt } from 'node:crypto'
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { projectRoot } from '@seine/stack'
import { brokerNamesOf } from './brokers.ts'
import { excessOf } from './checks/pace-kept.ts'
import { keepEvidence } from './keep-evidence.ts'
import { findMeans, type Laboratory, openLaboratory } from './laboratory.ts'
import { serviceNamesOfMesh } from './mesh.ts'
import { planRound } from './plan.ts'
import { doRound, type RoundResult, servedIn } from './round.ts'
import { readSettings } from './settings.ts'
import { type DoneFault, roundLine, tallyTable } from './tally.ts'
import type { Served } from './world/served.ts'

const settings = readSettings(process.env, () => randomInt(1, 1_000_000))
const folder = await mkdtemp(join(tmpdir(), 'seine-chaos-'))
// PostgreSQL does not run as root: what its user can't reach would be put elsewhere, on a disk that is not ours.
await chmod(folder, 0o755)
const means = await findMeans(folder)
if (settings.brokers > 1 && !means.pods)
  throw new Error('BROKERS: a broker of several nodes needs networks of its own, which root can make')
const services = serviceNamesOfMesh.map(({ name }) => name)
const planOptions = {
  services,
  withDatabase: services.filter((name) => name.startsWith('scheduler')),
  brokers: brokerNamesOf(settings.brokers),
  disks: means.disks,
  kinds: settings.kinds,
}
console.log(
  `seed ${settings.seed}, ${settings.minutes} minutes, ${services.length} services, ${settings.brokers === 1 ? 'one broker' : `a broker of ${settings.brokers}`}; ` +
    `${means.pods ? 'cables are pulled' : 'no networks can be made here: links fall silent instead'}, ` +
    `${means.disks ? 'disks are filled' : 'no disks can be mounted here: none is filled'}; ${folder}`,
)

const rounds: { result: RoundResult; done: DoneFault[]; violated: boolean }[] = []
let laboratory: Laboratory | null = null
let servedBefore: ReadonlyMap<string, Served> | null = null
let opened = 0
let stopping = false
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    stopping = true
    console.log('stopping after this round')
  })

/** A fresh mesh and a round in which nothing is done: what the next round's pages are compared with. */
async function open(seed: number): Promise<Laboratory> {
  const fresh = await openLaboratory(join(folder, `mesh-${++opened}`), means, settings.brokers)
  await conclude(fresh, await doRound(fresh, { seed, faults: [], servedBefore: null }))
  servedBefore = servedIn(fresh.web, seed)
  return fresh
}

async function conclude(lab: Laboratory, result: RoundResult): Promise<void> {
  const violated = result.violations.length > 0
  rounds.push({ result, done: lab.takeDone(), violated })
  console.log(`${new Date().toISOString().slice(11, 19)} ${roundLine(result)}`)
  if (!violated) return
  // The round before a mesh's first one has its seed, too, and may be wrong as well.
  const kept = join(folder, `round-${result.seed}${result.faults.length === 0 ? '-undisturbed' : ''}`)
  await keepEvidence(kept, result, lab)
  console.log(`  kept in ${kept}; SEED=${result.seed} ROUNDS=1 make chaos`)
  for (const violation of result.violations) console.log(`  ${violation}`)
}

const untilMs = performance.now() + settings.minutes * 60_000
for (let n = 0; n < settings.rounds && performance.now() < untilMs && !stopping; n++) {
  const seed = settings.seed + n
  laboratory ??= await open(seed - 1)
  const result: RoundResult = await doRound(laboratory, { seed, faults: planRound(seed, planOptions), servedBefore })
  await conclude(laboratory, result)
  servedBefore = servedIn(laboratory.web, seed)
  if (result.violations.length === 0) continue
  // What is wrong may stay wrong: the next round is to be judged by what it does itself.
  await laboratory.stop()
  laboratory = null
}
await laboratory?.stop()

const bad = rounds.filter(({ violated }) => violated)
const excesses = rounds.flatMap(({ result: { evidence } }) =>
  [...(evidence?.paces ?? [])].map(
    ([host, pace]) => excessOf(evidence?.visits.filter((visit) => visit.host === host) ?? [], pace)?.ms ?? 0,
  ),
)
const requests = rounds.reduce((sum, { result }) => sum + (result.evidence?.visits.length ?? 0), 0)
const summary = [
  tallyTable(rounds),
  '',
  `${rounds.length} rounds, ${rounds.reduce((sum, { done }) => sum + done.length, 0)} faults, ${requests} requests; ` +
    `furthest over a pace: ${Math.max(0, ...excesses).toFixed(0)} ms; ${bad.length} rounds gone wrong` +
    (bad.length === 0 ? '' : `: ${bad.map(({ result }) => result.seed).join(', ')}`),
].join('\n')
await mkdir(join(projectRoot, 'bench/results'), { recursive: true })
await writeFile(join(projectRoot, 'bench/results/chaos.md'), `${summary}\n`)
console.log(summary)
process.exitCode = bad.length === 0 ? 0 : 1
