import { runOptionsSchema, type Site } from '@seine/contracts'
import { expect, test } from 'vitest'
import { testCatalogue, testSite } from '../testing/fixtures.ts'
import { planSites } from './plan-sites.ts'

const plan = (...sites: Site[]) =>
  planSites('r', sites, testCatalogue(sites, { home: { proxyPool: 'residential' } }), runOptionsSchema.parse({}))

test('a site’s plan is its policy with what it does otherwise', () => {
  const [lamps] = plan(testSite('lamps', { policyOverrides: { ratePerSecond: 9, limits: { maxRedirects: 1 } } }))
  expect(lamps?.policy).toMatchObject({
    ratePerSecond: 9,
    concurrency: 1,
    limits: { maxRedirects: 1, maxHeaderBytes: 65_536 },
  })
})

test('residential proxies are used where the site’s own entry allows them', () => {
  const [lamps] = plan(testSite('lamps', { policy: 'home', residentialProxies: true }))
  expect(lamps?.policy.proxyPool).toBe('residential')
})

test('elsewhere the run is refused, naming each site and its policy', () => {
  const overrides = { policyOverrides: { proxyPool: 'residential' } }
  expect(() => plan(testSite('lamps', { policy: 'home' }), testSite('desks'), testSite('beds', overrides))).toThrow(
    "site 'lamps' with policy 'home', site 'beds' with policy 'default': residential proxies need residentialProxies: true in the site's entry",
  )
})

test('a site whose policy is gone is named, and no run is planned', () => {
  expect(() => plan(testSite('lamps', { policy: 'gone' }))).toThrow("site 'lamps' has no policy 'gone' any more")
})
