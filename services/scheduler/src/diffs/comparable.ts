/** A site of one of the two runs, as far as a comparison asks. */
export interface SiteOfRun {
  readonly site: string
  /** It came to an export: there is a snapshot of it. */
  readonly isExported: boolean
  /** Its files are let go of. */
  readonly isReleased: boolean
  /** Keeps I6: a page in none of its sources is gone. */
  readonly allSourcesRead: boolean
}

export interface DiffSite {
  readonly site: string
  readonly status: 'pending' | 'skipped'
  /** Why it is skipped. */
  readonly reason: string | null
  readonly allSourcesRead: boolean
}

/** Which sites of two runs can be compared, and why the others can't: by name. */
export function comparableSites(before: readonly SiteOfRun[], after: readonly SiteOfRun[]): DiffSite[] {
  const earlier = new Map(before.map((run) => [run.site, run]))
  const later = new Map(after.map((run) => [run.site, run]))
  return [...new Set([...earlier.keys(), ...later.keys()])].sort().map((site) => {
    const [old, next] = [earlier.get(site), later.get(site)]
    const reason = problemOf(old, 'earlier') ?? problemOf(next, 'later')
    return {
      site,
      status: reason === null ? 'pending' : 'skipped',
      reason,
      allSourcesRead: next?.allSourcesRead ?? false,
    }
  })
}

function problemOf(run: SiteOfRun | undefined, which: 'earlier' | 'later'): string | null {
  if (run === undefined) return `not in the ${which} run`
  if (run.isReleased) return `its results in the ${which} run are not kept any more`
  return run.isExported ? null : `not exported in the ${which} run`
}
