import type { Catalogue } from '@seine/catalogue'
import { type Outcome, type Policy, policySchema, type Site, siteSchema } from '@seine/contracts'
import type { Candidate } from '../discovery/admission.ts'

/** A site on `https://<name>.test/`, with what `more` says. */
export function testSite(name: string, more: Partial<Record<keyof Site, unknown>> = {}): Site {
  return siteSchema.parse({ name, startUrls: [`https://${name}.test/`], ...more })
}

/** A catalogue of these sites and policies, `default` among them. */
export function testCatalogue(sites: readonly Site[], policies: Record<string, Partial<Policy>> = {}): Catalogue {
  const parsed = Object.entries({ default: {}, ...policies }).map(
    ([name, policy]) => [name, policySchema.parse(policy)] as const,
  )
  return { sites, policies: new Map(parsed) }
}

/** An outcome of a page that was fetched well, or what `more` says. */
export function testOutcome(more: Partial<Outcome> & Pick<Outcome, 'urlId' | 'attempt'>): Outcome {
  return {
    kind: 'page',
    outcome: 'ok',
    reason: '',
    status: 200,
    announcedBatches: 0,
    // Not told: the host gets no tasks ahead.
    durationMs: 0,
    bytes: 1_000,
    ...more,
  }
}

/** A page found by a link. */
export function testPage(url: string, more: Partial<Candidate> = {}): Candidate {
  return { url, kind: 'page', source: 'link', depth: 1, redirects: 0, ...more }
}
