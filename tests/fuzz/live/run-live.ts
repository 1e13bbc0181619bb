import { startMesh } from '@seine/testkit'
import type { Findings } from '../findings.ts'
import { fuzzApi } from './fuzz-api.ts'
import { fuzzWs } from './fuzz-ws.ts'

const targets = { api: fuzzApi, ws: fuzzWs }
export type LiveName = keyof typeof targets
export const liveTargets = Object.keys(targets) as LiveName[]

/** Starts a mesh without fetchers, so that nothing that a request names is ever asked for, and fuzzes its gateway. */
export async function runLiveTargets(
  names: readonly LiveName[],
  options: { seed: string; minutes: number },
  findings: Findings,
): Promise<Record<string, Record<string, string | number>>> {
  await using mesh = await startMesh({
    sites: [{ name: 'lamps', startUrls: ['http://lamps.sample.test/'] }],
    fetchers: 0,
    env: { RATE_LIMIT_ANONYMOUS: 'off', RATE_LIMIT_SESSION: 'off' },
  })
  const rows: Record<string, Record<string, string | number>> = {}
  for (const name of names) {
    const before = findings.count
    const report = await targets[name](mesh, options, findings)
    rows[name] = { minutes: options.minutes, ...report, findings: findings.count - before }
    console.log(`${name}: ${JSON.stringify(rows[name])}`)
  }
  return rows
}
