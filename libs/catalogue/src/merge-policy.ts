import type { Policy, PolicyOverrides } from '@seine/contracts'

/**
 * A policy with what a site does otherwise. Pure. What no field can see alone (robots disobeyed without a reason) is
 * not checked here: the catalogue's reader does.
 */
export function mergePolicy(policy: Policy, overrides: PolicyOverrides | undefined): Policy {
  return overrides === undefined ? policy : (merge(policy, overrides) as Policy)
}

type Fields = Readonly<Record<string, unknown>>

function merge(base: Fields, over: Fields): Fields {
  const merged: Record<string, unknown> = { ...base }
  for (const [name, value] of Object.entries(over)) {
    if (value === undefined) continue
    const below = base[name]
    merged[name] = isGroup(value) && isGroup(below) ? merge(below, value) : value
  }
  return merged
}

function isGroup(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
