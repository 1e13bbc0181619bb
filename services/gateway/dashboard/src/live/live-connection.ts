import { signal } from '@preact/signals'
import { connectLive, type Live, type LiveState } from '@seine/client'
import { refusals } from '../api.ts'
import { noteOnline, suspect } from '../connection.ts'

/** The page's one connection for events and presence. Null: nobody is signed in. */
export const live = signal<Live | null>(null)
/** How it is; null while there is none. */
export const liveState = signal<LiveState | null>(null)

/** Connects; what was connected before is left. */
export function openLive(): void {
  closeLive()
  const made = connectLive({ url: location.origin })
  liveState.value = made.state()
  made.onState((state) => {
    if (live.peek() !== made) return
    liveState.value = state
    if (state.phase === 'open') noteOnline()
    if (state.phase === 'waiting') void suspect()
    if (state.phase === 'closed' && state.reason !== null) refusals.value++
  })
  live.value = made
}

export function closeLive(): void {
  const open = live.peek()
  live.value = null
  liveState.value = null
  open?.close()
}
