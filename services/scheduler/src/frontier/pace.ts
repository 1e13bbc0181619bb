/**
 * How far ahead of a host's next slot its task is sent: a fetcher holds a task for a slot due within a second (I5), and
 * the way there takes some of it.
 */
export const slotLookaheadMs = 900

/**
 * From the end of a request until the frontier has sent the next task in its place. Tasks for that long are sent ahead and wait at the
 * fetchers, who keep the host's concurrency (ADR-0009).
 */
export const sendAheadMs = 100
/** A task is not sent ahead that a place would keep waiting for longer: a fetcher holds it no more than a second (I5). */
export const longestAheadMs = 700
/** Tasks of one host that are sent ahead. */
export const maxAhead = 64
