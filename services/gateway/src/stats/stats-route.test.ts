import { expect, test } from 'vitest'
import { byService } from './stats-route.ts'

test('replicas stand under their service in the order they started, with every version that runs', () => {
  const replica = (name: string, id: string, version: string, startedAt: string) => ({
    name,
    replica: id,
    version,
    startedAt,
  })
  const services = byService([
    replica('fetcher', 'b', '0.2.0', '2026-01-02'),
    replica('exporter', 'c', '0.1.0', '2026-01-01'),
    replica('fetcher', 'a', '0.1.0', '2026-01-01'),
  ])
  expect(services.map(({ name, versions }) => [name, versions])).toEqual([
    ['exporter', ['0.1.0']],
    ['fetcher', ['0.1.0', '0.2.0']],
  ])
  expect(services[1]?.replicas.map(({ replica: id }) => id)).toEqual(['a', 'b'])
})
