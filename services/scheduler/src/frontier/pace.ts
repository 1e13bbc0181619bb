/**
 * How far ahead of a host's next slot its task is sent: a fetcher holds a task for a slot due within a second (I5), and
 * the way there takes some of it.
 */
export const slotLookaheadMs = 900
