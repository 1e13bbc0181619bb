import { readdirSync, readFileSync } from 'node:fs'
import type { Mesh } from '@seine/testkit'

/** Above it the gateway holds what strangers sent: it has 110 MB at rest. */
const maxRssMb = 400

/** Null: every process lives, the gateway answers and is as large as it may be. */
export async function careOf(mesh: Mesh): Promise<string | null> {
  for (const { name, state } of mesh.processes.values())
    if (state !== 'ready') return `died: ${name} is ${state}\n${mesh.logOf(name).slice(-2_000)}`
  const health = await fetch(`${mesh.gatewayUrl}/api/bulk-runs?per_page=1`, {
    headers: { authorization: `Bearer ${mesh.apiKey}` },
    signal: AbortSignal.timeout(30_000),
  }).catch((error: unknown) => String(error))
  if (typeof health === 'string') return `health: ${health}`
  if (health.status !== 200) return `health: ${health.status}`
  const rssMb = gatewayRssMb(mesh)
  return rssMb > maxRssMb ? `memory: the gateway has ${rssMb.toFixed(0)} MB` : null
}

const pidOf = (mesh: Mesh) => mesh.processes.get('gateway-1')!.pid

export function gatewayRssMb(mesh: Mesh): number {
  const status = readFileSync(`/proc/${pidOf(mesh)}/status`, 'latin1')
  return Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]) / 1_024
}

export const gatewayHandles = (mesh: Mesh): number => readdirSync(`/proc/${pidOf(mesh)}/fd`).length
