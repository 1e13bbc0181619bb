import type { Mesh } from '@seine/testkit'
import type { Findings } from '../findings.ts'
import { makeRandom } from '../random.ts'
import { makeRequest, operationsOf } from './api-request.ts'
import { careOf, gatewayRssMb } from './gateway-care.ts'
import type { Schema } from './json-values.ts'
import { judgeAnswer } from './judge-answer.ts'
import { exchange } from './raw-http.ts'

const careEvery = 200
const answerWithinMs = 60_000
const atOnce = 4
/** Operations that ask a fetcher; the mesh has none, so that nothing leaves the machine. */
const fetcherNeeded = new Set(['testSite', 'testFetch', 'testFetchSite'])

/** Requests made from the gateway's own OpenAPI document, against the whole mesh. */
export async function fuzzApi(mesh: Mesh, options: { seed: string; minutes: number }, findings: Findings) {
  const root = (await askFor(mesh, '/api/docs/openapi.json')) as Schema
  const operations = operationsOf(root)
  const port = Number(new URL(mesh.gatewayUrl).port)
  const endMs = Date.now() + options.minutes * 60_000
  const statuses: Record<string, number> = {}
  let requests = 0
  let isOver = false
  let largestMb = 0
  let known = await readKnown(mesh)
  const lane = async () => {
    while (Date.now() < endMs && !isOver) {
      const number = requests++
      const random = makeRandom(options.seed, 'api', number)
      const operation = random.pick(operations)
      const request = makeRequest(operation, { root, random, known, apiKey: mesh.apiKey })
      const answer = await exchange(port, request.bytes, { timeoutMs: answerWithinMs, isWhole: request.isWhole })
      const status = answer.kind === 'answer' ? String(answer.status) : answer.kind
      statuses[status] = (statuses[status] ?? 0) + 1
      const problem = judgeAnswer(request, answer, fetcherNeeded.has(operation.id))
      if (problem !== null) findings.add('api', `${problem}\n  ${operation.id}`, request.bytes)
      if (number % careEvery !== 0) continue
      const trouble = await careOf(mesh)
      if (trouble !== null) findings.add('api', trouble, request.bytes)
      // Nothing more can be learnt of a gateway that is gone.
      isOver = trouble?.startsWith('died') === true
      if (isOver) return
      largestMb = Math.max(largestMb, gatewayRssMb(mesh))
      known = await readKnown(mesh)
    }
  }
  await Promise.all(Array.from({ length: atOnce }, lane))
  return {
    inputs: requests,
    operations: operations.length,
    'gateway, MB at most': Math.round(largestMb),
    answers: JSON.stringify(statuses),
  }
}

/** What there is to ask for, by the names that parameters and properties have. */
async function readKnown(mesh: Mesh): Promise<ReadonlyMap<string, readonly string[]>> {
  const of = async (path: string, field: string): Promise<string[]> => {
    const { data } = (await askFor(mesh, path)) as { data?: Record<string, string>[] }
    return (data ?? []).slice(0, 20).map((row) => row[field]!)
  }
  const [runs, sites, schedules, webhooks] = await Promise.all([
    of('/api/bulk-runs', 'id'),
    of('/api/sites', 'name'),
    of('/api/schedules', 'id'),
    of('/api/webhooks', 'id'),
  ])
  const ids = [...runs, ...schedules, ...webhooks]
  return new Map([
    ...(['id', 'run', 'before', 'after'] as const).map((name) => [name, ids] as const),
    ...(['site', 'name', 'sites', 'exclude'] as const).map((name) => [name, sites] as const),
  ])
}

async function askFor(mesh: Mesh, path: string): Promise<unknown> {
  const answer = await fetch(`${mesh.gatewayUrl}${path}`, { headers: { authorization: `Bearer ${mesh.apiKey}` } })
  return answer.json()
}
