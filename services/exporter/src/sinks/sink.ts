import type { Artifact } from '@seine/contracts'
import type { RunSite } from '@seine/reports'

/** A run that has been packed, as a sink gets it. */
export interface PackedRun {
  readonly runId: string
  /** ISO 8601. */
  readonly createdAt: string
  /** By name. */
  readonly sites: readonly RunSite[]
  /** All that lies in the store: the archive, the workbook, the reports of each site. */
  readonly files: readonly Artifact[]
}

/** Somewhere else that a run's files or numbers go. */
export interface Sink {
  readonly name: string
  /**
   * Hands the run over and says in one line what was done. The same run may come again, after a try that failed half way too: then it is
   * there once. Throws where it could not.
   */
  deliver(run: PackedRun, signal: AbortSignal): Promise<string>
}
