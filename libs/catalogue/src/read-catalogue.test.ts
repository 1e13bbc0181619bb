import { expect, test } from 'vitest'
import { CatalogueError, readCatalogue } from './read-catalogue.ts'

const policies = 'policies:\n  slow: { ratePerSecond: 0.5 }\n'
const lamps = { name: 'lamps', startUrls: ['https://lamps.test/'] }
const sitesText = (...sites: unknown[]) => JSON.stringify({ sites })

async function problems(texts: { sites?: string; policies?: string }): Promise<readonly string[]> {
  try {
    await readCatalogue({ sites: sitesText(lamps), policies, ...texts })
  } catch (error) {
    if (error instanceof CatalogueError) return error.problems
    throw error
  }
  return []
}

test('sites and policies are read with their defaults, and there is always a default policy', async () => {
  const { sites, policies: read } = await readCatalogue({ sites: sitesText(lamps), policies })
  expect(sites[0]).toMatchObject({ name: 'lamps', followLinks: true, policy: 'default' })
  expect(read.get('slow')).toMatchObject({ ratePerSecond: 0.5, concurrency: 1 })
  expect(read.get('default')).toMatchObject({ ratePerSecond: 1 })
})

test.each<[string, Parameters<typeof problems>[0], string[]]>([
  [
    'a field names its entry by place and name',
    { sites: sitesText(lamps, { name: 'desks', startUrls: ['ftp://desks.test/'] }) },
    ["sites.json: sites[1] 'desks': startUrls[0]: expected an http or https URL"],
  ],
  [
    'an entry without a name is named by its place',
    { sites: sitesText({ startUrls: ['https://x.test/'] }) },
    ['sites.json: sites[0]: name: Invalid input: expected string, received undefined'],
  ],
  [
    'an unknown field',
    { sites: sitesText({ ...lamps, colour: 'red' }) },
    ['sites.json: sites[0] \'lamps\': Unrecognized key: "colour"'],
  ],
  ['a name twice', { sites: sitesText(lamps, lamps) }, ["sites.json: sites[1] 'lamps': name: sites[0] has it already"]],
  [
    'an unknown policy',
    { sites: sitesText({ ...lamps, policy: 'brisk' }) },
    ["sites.json: sites[0] 'lamps': policy: unknown 'brisk', there are slow, default"],
  ],
  [
    'a host that is none',
    { sites: sitesText({ ...lamps, hosts: ['www.lamps.test', 'https://lamps.test'] }) },
    ["sites.json: sites[0] 'lamps': hosts[1]: expected a host like 'shop.example' or 'shop.example:8080'"],
  ],
  [
    'a policy’s number',
    { policies: 'policies:\n  fast: { ratePerSecond: 0, timeouts: { totalMs: 90000 } }\n' },
    [
      "policies.yml: policies 'fast': ratePerSecond: Too small: expected number to be >0",
      "policies.yml: policies 'fast': timeouts.totalMs: Too big: expected number to be <=50000",
    ],
  ],
  [
    'robots disobeyed without a reason',
    { policies: 'policies:\n  rude: { respectRobots: false }\n' },
    ["policies.yml: policies 'rude': robotsOverrideReason: required with respectRobots: false"],
  ],
  [
    'what a site does otherwise',
    { sites: sitesText({ ...lamps, policyOverrides: { ratePerSecond: 0, timeouts: { totalMs: 90_000 }, colour: 1 } }) },
    [
      "sites.json: sites[0] 'lamps': policyOverrides.ratePerSecond: Too small: expected number to be >0",
      "sites.json: sites[0] 'lamps': policyOverrides.timeouts.totalMs: Too big: expected number to be <=50000",
      'sites.json: sites[0] \'lamps\': policyOverrides: Unrecognized key: "colour"',
    ],
  ],
  [
    'a site that disobeys robots without a reason',
    { sites: sitesText({ ...lamps, policyOverrides: { respectRobots: false } }) },
    ["sites.json: sites[0] 'lamps': policyOverrides.robotsOverrideReason: required with respectRobots: false"],
  ],
  [
    'selectors that can not be read, each by its field',
    {
      sites: sitesText({
        ...lamps,
        fields: [
          { name: 'watt', css: '.watt' },
          { name: 'ean', css: 'a[' },
          { name: 'sockets', xpath: '//a[', list: true },
        ],
      }),
    },
    [
      "sites.json: sites[0] 'lamps': fields[1].css: 'ean' can't be read: Expected name, found its end",
      "sites.json: sites[0] 'lamps': fields[2].xpath: 'sockets' can't be read: no XPath, from character 4 on",
    ],
  ],
  [
    'what is wrong with every entry, whatever kind of wrong it is',
    { sites: sitesText({ ...lamps, colour: 'red' }, { ...lamps, name: 'desks', policy: 'brisk' }, 7) },
    [
      'sites.json: sites[0] \'lamps\': Unrecognized key: "colour"',
      "sites.json: sites[1] 'desks': policy: unknown 'brisk', there are slow, default",
      'sites.json: sites[2]: Invalid input: expected object, received number',
    ],
  ],
  [
    'bad policies once, and not of every site that names one',
    { sites: sitesText({ ...lamps, policy: 'slow', maxDepth: -1 }), policies: 'policies: { slow: 7 }' },
    [
      "policies.yml: policies 'slow': Invalid input: expected object, received number",
      "sites.json: sites[0] 'lamps': maxDepth: Too small: expected number to be >=0",
    ],
  ],
])('%s', async (_, texts, expected) => {
  expect(await problems(texts)).toEqual(expected)
})

test('text that is no JSON and no YAML is said so, both at once', async () => {
  const found = await problems({ sites: '{"sites": [', policies: 'policies: [}' })
  expect(found).toHaveLength(2)
  expect(found[0]).toMatch(/^policies.yml: not YAML: /)
  expect(found[1]).toMatch(/^sites.json: not JSON: /)
})
