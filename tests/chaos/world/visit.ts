/** A request as the web server's log has it. Times are ms of the server's monotonic clock. */
export interface Visit {
  /** With port. */
  readonly host: string
  readonly path: string
  /** When the server saw it. */
  readonly seenMs: number
  /** Since when it may have been there: the server had looked at everything that had come by then. */
  readonly earliestMs: number
  /** When its answer was handed over, or its client was gone. Null: it is open. */
  endMs: number | null
  /** 0: its client was gone before. */
  status: number
  /** Unix ms of the server's clock, for people. */
  readonly wallMs: number
  /** Which fetcher. */
  readonly from: string
  readonly generation: number
}

export const isPage = ({ path }: Visit): boolean => path !== '/robots.txt' && path !== '/sitemap.xml'
