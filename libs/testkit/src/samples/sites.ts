/** One entry of `sites.json`, with what differs from the defaults; validated like any other by whoever reads it. */
export interface SampleSite {
  readonly name: string
  readonly startUrls: readonly string[]
  readonly policy: string
  readonly maxPages?: number
  readonly group: string
}

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
    })),
    // RFC 6761 §6.4: never resolves.
    { name: 'nowhere', startUrls: ['http://nowhere.invalid/'], policy: 'sample', group: 'samples' },
    { name: 'dead', startUrls: [`http://dead.sample.test:${deadPort}/`], policy: 'sample', group: 'samples' },
  ]
}

function policyOf(name: string): string {
  return name === 'big' || name === 'flood' ? 'sample-tight' : 'sample'
}
