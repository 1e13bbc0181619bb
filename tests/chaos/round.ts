import type { Bus } from '@seine/bus'
import type { RunDetail } from '@seine/client'
import { badLinesOf } from './bad-lines.ts'
import { bringBack } from './bring-back.ts'
import { judge } from './checks/index.ts'
import { describeFault, type Fault } from './fault.ts'
import type { Gateways } from './gateways.ts'
import { readArchive, readArtifacts, readEvents, readLedger, readLeftovers, readMegabytes } from './gather.ts'
import type { Injector } from './inject.ts'
import { type ChaosMesh, logOf } from './mesh.ts'
import type { Repeater } from './repeat.ts'
import type { RoundEvidence } from './round-evidence.ts'
import { readSite, type Served } from './world/served.ts'
import { chaosSites } from './world/sites.ts'
import type { Web } from './world/web.ts'

export interface RoundResult {
  readonly seed: number
  readonly faults: readonly Fault[]
  readonly tookMs: number
  /** Empty: every invariant held. */
  readonly violations: readonly string[]
  readonly evidence: RoundEvidence | null
  readonly runId: string
}

/** How long a run may take once everything is whole again. */
const longestRunMs = 240_000
const pollMs = 300

export interface RoundDeps {
  readonly mesh: ChaosMesh
  readonly web: Web
  readonly bus: Bus
  readonly gateways: Gateways
  readonly repeater: Repeater
  readonly injector: Injector
}

/** What the world's sites serve in a generation. */
export const servedIn = (web: Web, generation: number): Map<string, Served> =>
  new Map(chaosSites.map(({ name }) => [name, readSite(web.originOf(name), generation)]))

/** One run with the seed's generation of the world while the faults are done, and what is to be said against it. */
export async function doRound(
  deps: RoundDeps,
  round: { seed: number; faults: readonly Fault[]; servedBefore: ReadonlyMap<string, Served> | null },
): Promise<RoundResult> {
  const { mesh, web, gateways, repeater, injector } = deps
  const { seed, faults, servedBefore } = round
  for (const { process } of mesh.members.values()) await bringBack(process)
  const logLengths = new Map<string, number>()
  for (const { name, process } of mesh.members.values()) logLengths.set(name, (await logOf(process)).length)
  const place = await web.turnTo(seed)
  repeater.beginRound(seed)
  const startedMs = performance.now()
  const { id } = await gateways.ask((client) => client.createRun({}, { idempotencyKey: `round-${seed}-${startedMs}` }))
  const followers = gateways.follow(id)
  const result = (violations: readonly string[], evidence: RoundEvidence | null): RoundResult => ({
    seed,
    faults,
    tookMs: performance.now() - startedMs,
    violations,
    evidence,
    runId: id,
  })
  try {
    await injector.run(faults)
    const run = await untilEnded(gateways, id)
    if (run.finishedAt === null)
      return result([`I1 run ended: the run is ${run.status} after ${longestRunMs} ms`], null)
    const leftBefore = await readLeftovers(deps.bus, mesh.databaseUrl)
    await Promise.race([Promise.all(followers.map(({ ended }) => ended)), new Promise((r) => setTimeout(r, 60_000))])
    const [archive, artifacts] = [await readArchive(gateways, run), await readArtifacts(gateways, run)]
    const exportedAgain = await repeater.exportAgain()
    const leftAfter = await readLeftovers(deps.bus, mesh.databaseUrl)
    const again = [...(await readArchive(gateways, run)).files, ...(await readArtifacts(gateways, run))]
    const [events, ledger, log] = await Promise.all([
      readEvents(deps.bus, id),
      readLedger(mesh.databaseUrl, id),
      web.logSince(place),
    ])
    const badLines: string[] = []
    for (const { name, process } of mesh.members.values())
      badLines.push(...badLinesOf(name, await logOf(process), logLengths.get(name) ?? 0))
    const evidence: RoundEvidence = {
      run,
      served: servedIn(web, seed),
      servedBefore,
      paces: new Map(chaosSites.map(({ name, pace }) => [new URL(web.originOf(name)).host, pace])),
      ...log,
      ledger,
      reports: archive.reports,
      files: [...archive.files, ...artifacts],
      archivedEvents: archive.archivedEvents,
      filesAgain: again,
      exportedAgain,
      events,
      followed: followers.map(({ by, seqs }) => ({ by, seqs })),
      leftovers: sum(leftBefore, leftAfter),
      megabytes: await readMegabytes(mesh),
      badLines,
    }
    return result(judge(evidence), evidence)
  } catch (error) {
    // What can't be looked at is no proof of anything, and no round that went well either.
    const about = faults.map(describeFault).join(', ')
    return result([`the round could not be judged (${about}): ${error instanceof Error ? error.stack : error}`], null)
  } finally {
    for (const follower of followers) follower.stop()
  }
}

const sum = (a: Record<string, number>, b: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.keys({ ...a, ...b }).map((name) => [name, (a[name] ?? 0) + (b[name] ?? 0)]))

/** The run at its end, or as it is when its time is up. */
async function untilEnded(gateways: Gateways, id: string): Promise<RunDetail> {
  const untilMs = performance.now() + longestRunMs
  for (;;) {
    const run = await gateways.ask((client) => client.getRun(id))
    if (run.finishedAt !== null || performance.now() > untilMs) return run
    await new Promise((resolve) => setTimeout(resolve, pollMs))
  }
}
