import type { Lag } from '@seine/bus'

/** Site runs that are remembered; what is forgotten is only waited for anew. */
const maxMarks = 10_000
/** How long one look at the consumer serves all site runs. */
const lookEveryMs = 500

/**
 * Says whether batches that were in the stream when a site run settled may still be there, not entered: then none is missing yet, however
 * long it takes. Whoever announces a batch has stored it before its outcome, so what was stored by the first question is enough to wait
 * for. Keeps I1: on a machine that is far behind, a clock alone would give up what lies in the stream.
 *
 * @param look how far entering is behind; rejects where the broker can't say.
 */
export function makeDiscoveryBacklog(look: () => Promise<Lag>) {
  const marks = new Map<string, { settledAtMs: number; seq: number }>()
  let looked: { lag: Promise<Lag>; atMs: number } | null = null

  function lagAt(nowMs: number): Promise<Lag> {
    if (looked === null || Math.abs(nowMs - looked.atMs) >= lookEveryMs) looked = { lag: look(), atMs: nowMs }
    return looked.lag
  }

  return async (siteRunId: string, settledAtMs: number, nowMs: number): Promise<boolean> => {
    const { lastSeq, doneSeq } = await lagAt(nowMs).catch((error: unknown) => {
      looked = null
      throw error
    })
    let mark = marks.get(siteRunId)
    if (mark?.settledAtMs !== settledAtMs) {
      if (marks.size >= maxMarks) marks.delete(marks.keys().next().value as string)
      mark = { settledAtMs, seq: lastSeq }
      marks.set(siteRunId, mark)
    }
    if (doneSeq < mark.seq) return true
    marks.delete(siteRunId)
    return false
  }
}
