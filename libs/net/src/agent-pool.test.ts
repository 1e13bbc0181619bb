import { expect, it, onTestFinished } from 'vitest'
import { makeAddressGuard } from './address-guard.ts'
import { makeAgentPool } from './agent-pool.ts'

it('has one agent for each connect timeout and header limit, and no more than its bound of them', async () => {
  const pool = makeAgentPool({
    guard: makeAddressGuard({ allowedPrivate: [] }),
    resolve: async () => [],
    overrideOf: () => null,
    ca: undefined,
    maxConnectionsPerOrigin: 1,
    keepAliveMs: 1,
  })
  onTestFinished(() => pool.close())
  const first = pool.agentFor(1, 16_384, null)
  expect(pool.agentFor(1, 16_384, null)).toBe(first)
  expect(pool.agentFor(2, 16_384, null)).not.toBe(first)
  expect(pool.agentFor(1, 8_192, null)).not.toBe(first)
  for (let connectMs = 3; connectMs < 300; connectMs++) pool.agentFor(connectMs, 16_384, null)
  // The oldest was let go, and closed once its requests were done.
  expect(first.closed).toBe(true)
  expect(pool.agentFor(1, 16_384, null)).not.toBe(first)
})
