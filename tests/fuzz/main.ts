/**
 * Mutated inputs for everything that reads what strangers wrote, each target for so many minutes, two side by side.
 *
 *   SEED=… MINUTES=10 TARGETS=html,fields,jsonld,sitemap,robots,price,url,cells,api,ws node tests/fuzz/main.ts
 *   node tests/fuzz/main.ts <target> <file>        tries one input again
 *
 * Without TARGETS: all. What is found lies in bench/results/fuzz, and the exit code is 1.
 */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { readCases } from './conformance.ts'
import { makeFindings } from './findings.ts'
import { type LiveName, liveTargets, runLiveTargets } from './live/run-live.ts'
import { runPureTarget } from './pure/run-target.ts'
import { type PureName, pureTargets } from './pure/targets.ts'
import { tryInput } from './pure/try-input.ts'

const { SEED = String(Date.now()), MINUTES = '10', TARGETS, AT_ONCE = '2' } = process.env
const minuteMs = 60_000
const isPure = (name: string): name is PureName => Object.hasOwn(pureTargets, name)
const isLive = (name: string): name is LiveName => liveTargets.includes(name as LiveName)

const [again, file] = process.argv.slice(2)
if (again !== undefined && file !== undefined) {
  if (!isPure(again)) throw new Error(`no target '${again}' among ${Object.keys(pureTargets).join(', ')}`)
  const tried = await tryInput(pureTargets[again](readCases), readFileSync(file), { twice: true })
  console.log(tried.problem ?? `nothing is wrong; ${tried.cpuMs.toFixed(1)} ms of CPU`)
  process.exit(tried.problem === null ? 0 : 1)
}

const names = (TARGETS ?? [...Object.keys(pureTargets), ...liveTargets].join(',')).split(',').map((name) => name.trim())
const unknown = names.filter((name) => !isPure(name) && !isLive(name))
if (unknown.length > 0) throw new Error(`no target ${unknown.join(', ')}`)
const findings = makeFindings(join(import.meta.dirname, '../../bench/results/fuzz'), console.log)
const rows: Record<string, Record<string, string | number>> = {}
const minutes = Number(MINUTES)
console.log(`seed ${SEED}, ${minutes} minutes a target: ${names.join(', ')}`)

const waiting = names.filter(isPure)
const lane = async () => {
  for (let name = waiting.shift(); name !== undefined; name = waiting.shift()) {
    const before = findings.count
    const report = await runPureTarget(name, { seed: SEED, durationMs: minutes * minuteMs }, findings)
    const { inputs, bytes, cpuMs, worstMsPerMb } = report
    rows[name] = {
      minutes,
      inputs,
      MB: Math.round(bytes / 1e6),
      'CPU ms a MB': Math.round((cpuMs / bytes) * 1e6),
      'worst, ms a MB': Math.round(worstMsPerMb),
      findings: findings.count - before,
    }
    console.log(`${name}: ${JSON.stringify(rows[name])}`)
  }
}
await Promise.all(Array.from({ length: Number(AT_ONCE) }, lane))
const live = names.filter(isLive)
if (live.length > 0) Object.assign(rows, await runLiveTargets(live, { seed: SEED, minutes }, findings))
console.table(rows)
if (findings.count > 0) {
  console.log(`${findings.count} findings; ${findings.all.length} inputs kept`)
  process.exitCode = 1
}
