/**
 * A host's places: how many requests each process may have open. They are leases beside the limiter in the host's one
 * KV value, so that one compare-and-set takes slot and place together, and a process that dies gives its places back by
 * the clock. Keeps I3 for concurrency, whatever the broker delivers twice.
 */
export interface Places {
  /** The process, by an id of its own life. */
  readonly holder: string
  /** Requests it has open, or has a slot for. At least 1. */
  readonly count: number
  /** Most that may be open of all processes, by the policy that it asks under. */
  readonly limit: number
  /** By when all of them are over, Unix ms of the broker's clock: later they count no more. */
  readonly untilMs: number
}

/** What a process says of itself when it asks for slots. */
export interface PlaceRequest {
  readonly holder: string
  /** Places it uses now. */
  readonly held: number
  /** Policy: requests open at once, all processes together. */
  readonly concurrency: number
  /** Longest that a request takes from its slot: limits of its time included. {@link maxPlaceMs} at most. */
  readonly requestMs: number
}

/** A lease longer than this is not believed. */
export const maxPlaceMs = 3_600_000
/** Processes that have requests open at one host, at once: the next one waits. Bounds the entry to 12 KB. */
export const maxHolders = 128
/** Clocks differ, and a request is not over at its last millisecond. */
const placeMarginMs = 2_000

/** How many requests more the process may open now. */
export function freePlaces(taken: readonly Places[] = [], request: PlaceRequest, nowMs: number): number {
  const others = othersOf(taken, request.holder, nowMs)
  if (others.length >= maxHolders) return 0
  // Sites of one host may have different policies: the strictest holds while its requests are open.
  const limit = Math.min(request.concurrency, ...others.map((of) => of.limit))
  return Math.max(0, limit - request.held - others.reduce((sum, { count }) => sum + count, 0))
}

/** Enters that the process uses `more` places beside those it holds, for slots up to `lastSlotMs`. */
export function takePlaces(
  taken: readonly Places[] = [],
  request: PlaceRequest,
  more: number,
  lastSlotMs: number,
  nowMs: number,
): readonly Places[] {
  const { holder, held, concurrency, requestMs } = request
  const own = taken.find((places) => places.holder === holder)
  const overAtMs = Math.ceil(lastSlotMs + Math.min(requestMs, maxPlaceMs / 2)) + placeMarginMs
  const untilMs = held > 0 ? Math.max(overAtMs, own?.untilMs ?? 0) : overAtMs
  const limit = held > 0 ? Math.min(concurrency, own?.limit ?? concurrency) : concurrency
  return [...othersOf(taken, holder, nowMs), { holder, count: held + more, limit, untilMs }]
}

/** Gives back what the process holds no more. Returns `taken` itself where that is nothing. */
export function givePlacesBack(
  taken: readonly Places[] | undefined,
  holder: string,
  held: number,
  nowMs: number,
): readonly Places[] | undefined {
  const own = taken?.find((places) => places.holder === holder)
  if (taken === undefined || own === undefined || own.count <= held) return taken
  const others = othersOf(taken, holder, nowMs)
  return held === 0 ? others : [...others, { ...own, count: held }]
}

function othersOf(taken: readonly Places[], holder: string, nowMs: number): Places[] {
  return taken.filter((places) => places.holder !== holder && places.untilMs > nowMs)
}
