/** So long after the last touch somebody is taken to be there still. */
export const presentMs = 60_000

/** Whether somebody is at the page: what it asks by itself, for nobody, keeps no session alive. */
export interface Activity {
  /** Somebody moves, types or touches. */
  note(): void
  isAway(): boolean
}

/** Whoever has just opened the page is there. */
export function makeActivity(nowMs: () => number): Activity {
  let lastMs = nowMs()
  return {
    note() {
      lastMs = nowMs()
    },
    isAway: () => nowMs() - lastMs > presentMs,
  }
}

/** The page's own. */
export const activity = makeActivity(Date.now)

/** Called once. */
export function startActivity(): void {
  for (const type of ['pointermove', 'pointerdown', 'wheel', 'touchmove', 'keydown'])
    addEventListener(type, activity.note, { capture: true, passive: true })
}
