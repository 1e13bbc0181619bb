/** One entry of `sites.json`, with what differs from the defaults; validated like any other by whoever reads it. */
export interface SampleSite {
  readonly name: string
  readonly startUrls: readonly string[]
  readonly policy: string
  readonly maxPages?: number
  readonly group: string
  /** As in `sites.json`: see docs/fields.md. */
  readonly fields?: readonly Readonly<Record<string, unknown>>[]
}

/** What only the texts of the shop's products say: a number, a yes or no, a value of its JSON-LD, and one that it has to have. */
const lampFields: NonNullable<SampleSite['fields']> = [
  { name: 'listPrice', css: '.price', type: 'price', pages: '/p/', required: true },
  { name: 'shipsInDays', css: 'h1 + p', regex: 'ships in (\\d+) days', type: 'number', pages: '/p/' },
  { name: 'recycled', xpath: "//p[contains(., '100 % recycled')]", type: 'boolean', pages: '/p/' },
  { name: 'bestRating', jsonPath: '$.aggregateRating.bestRating', type: 'number', pages: '/p/' },
  { name: 'topics', css: 'a[href^="/c/"]', list: true, transform: ['lowercase'], pages: '/p/' },
]

/** Nothing listens here: above Linux's ephemeral range and registered for nothing. */
const deadPort = 64_999

const served = ['lamps', 'books', 'garden', 'moved', 'busy', 'healing', 'slow', 'big', 'flood', 'mislabelled', 'closed']

/** The sample sites as entries of `sites.json`, and two that are not there at all. Policies: `config/policies.yml`. */
export function sampleSites(port: number): SampleSite[] {
  return [
    ...served.map((name) => ({
      name,
      startUrls: [`http://${name}.sample.test:${port}/`],
      policy: policyOf(name),
      group: 'samples',
      ...(name === 'flood' ? { maxPages: 25 } : {}),
      ...(name === 'lamps' ? { fields: lampFields } : {}),
    })),
    // RFC 6761 §6.4: never resolves.
    { name: 'nowhere', startUrls: ['http://nowhere.invalid/'], policy: 'sample', group: 'samples' },
    { name: 'dead', startUrls: [`http://dead.sample.test:${deadPort}/`], policy: 'sample', group: 'samples' },
  ]
}

function policyOf(name: string): string {
  return name === 'big' || name === 'flood' ? 'sample-tight' : 'sample'
}
