/** What is known when a page has turned out to be an application's shell, or the site's last run found that it is one. */
export interface RenderFacts {
  /** Pages that were shells. */
  readonly shells: number
  /** Pages that were read and were none. */
  readonly read: number
  /** A run before has gone over to the browser. */
  readonly remembered: boolean
  /** Somebody works in the browser pool. */
  readonly browsersThere: boolean
  /** Since the shell was seen. */
  readonly waitedMs: number
}

/**
 * `site`: all its pages go to the browser from now on. `pages`: only those that are shells. `give-up`: nobody will render
 * them, they are taken as they are. `wait`: nobody is there yet.
 */
export type RenderVerdict = 'site' | 'pages' | 'give-up' | 'wait'

/** A shell among so few pages speaks for the site: its home page, or what that leads to. */
export const firstPages = 3
/** Later it takes more: a shop of ten thousand pages may have a store locator that is an application. */
export const minShells = 3
export const minShellShare = 0.1

/** Pure. Waits at most `maxWaitMs`, so a site run never hangs where no fetcher has a browser (keeps I1). */
export function renderVerdict(facts: RenderFacts, maxWaitMs: number): RenderVerdict {
  const { shells, read, remembered, browsersThere, waitedMs } = facts
  if (!browsersThere) return waitedMs < maxWaitMs ? 'wait' : 'give-up'
  const seen = shells + read
  const isApplication = seen <= firstPages || (shells >= minShells && shells >= seen * minShellShare)
  return remembered || (shells > 0 && isApplication) ? 'site' : 'pages'
}
