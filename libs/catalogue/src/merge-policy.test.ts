import { policyOverridesSchema, policySchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import { mergePolicy } from './merge-policy.ts'

const policy = policySchema.parse({ ratePerSecond: 5, timeouts: { totalMs: 9_000 }, retry: { maxAttempts: 2 } })

test('what a site says goes before its policy, field by field, however deep', () => {
  const overrides = policyOverridesSchema.parse({
    concurrency: 3,
    timeouts: { connectMs: 1_000 },
    retry: { siteBudget: { share: 2 } },
  })
  const merged = mergePolicy(policy, overrides)
  expect(merged).toEqual({
    ...policy,
    concurrency: 3,
    timeouts: { ...policy.timeouts, connectMs: 1_000 },
    retry: { ...policy.retry, siteBudget: { ...policy.retry.siteBudget, share: 2 } },
  })
  expect(merged).toMatchObject({ ratePerSecond: 5, timeouts: { totalMs: 9_000 }, retry: { maxAttempts: 2 } })
  expect(policySchema.parse(merged)).toEqual(merged)
})

test('a site that says nothing has its policy, and what it leaves out has no default of its own', () => {
  expect(mergePolicy(policy, undefined)).toBe(policy)
  expect(mergePolicy(policy, policyOverridesSchema.parse({ timeouts: {}, limits: {} }))).toEqual(policy)
})
