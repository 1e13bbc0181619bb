import type { RunDetail } from '@seine/client'
import type { SeineEvent } from '@seine/contracts'
import type { Served } from './world/served.ts'
import type { Visit } from './world/visit.ts'

/** A row of the ledger as the database has it. */
export interface LedgerRow {
  readonly site: string
  readonly url: string
  readonly kind: 'robots' | 'sitemap' | 'page'
  /** 2: done. */
  readonly state: number
  readonly outcome: string | null
  readonly reason: string
}

/** A row of a CSV by column. */
export type Row = Readonly<Record<string, string>>

/** The reports of one site out of the archive. */
export interface SiteReports {
  readonly seo: readonly Row[]
  readonly full: readonly Row[]
  readonly diff: readonly Row[]
}

/** A file that the mesh says it wrote, and what it is. */
export interface WrittenFile {
  readonly name: string
  readonly saidSha256: string
  readonly saidBytes: number
  /** Null: there is no such file. */
  readonly sha256: string | null
  readonly bytes: number
}

/** What a round left behind: all that its checks look at, and nothing that they would have to ask for. */
export interface RoundEvidence {
  readonly run: RunDetail
  /** In which generation each site was, by the site's name. */
  readonly served: ReadonlyMap<string, Served>
  /** The same in the round before. Null: there was none. */
  readonly servedBefore: ReadonlyMap<string, Served> | null
  /** By host with port. */
  readonly paces: ReadonlyMap<string, { ratePerSecond: number; burst: number; concurrency: number }>
  /** Of this round, in the order of `seenMs`. */
  readonly visits: readonly Visit[]
  /** What came to the address that may not be asked. */
  readonly forbidden: readonly string[]
  readonly ledger: readonly LedgerRow[]
  /** By site. */
  readonly reports: ReadonlyMap<string, SiteReports>
  readonly files: readonly WrittenFile[]
  /** The same after everything was exported once more. */
  readonly filesAgain: readonly WrittenFile[]
  /** How much that was: sites, and the archive. */
  readonly exportedAgain: number
  /** As the broker's stream has them, and as each follower was told. */
  readonly events: readonly { readonly seq: number; readonly event: SeineEvent }[]
  readonly followed: readonly { readonly by: string; readonly seqs: readonly number[] }[]
  /** Lines of `events.jsonl`. */
  readonly archivedEvents: readonly SeineEvent[]
  /** What is still about some time after the end, by name: messages not worked on, events not told. */
  readonly leftovers: Readonly<Record<string, number>>
  /** Peak of each service, by name. */
  readonly megabytes: Readonly<Record<string, number>>
  /** Lines of services' logs that no fault excuses. */
  readonly badLines: readonly string[]
}

/** A look at the evidence: what breaks the invariant, one sentence each. */
export type Check = (evidence: RoundEvidence) => string[]
