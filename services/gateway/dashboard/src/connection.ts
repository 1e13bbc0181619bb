import { signal } from '@preact/signals'

/** Whether the gateway answers. `lost`: since when. Numbers on the page are then as old as that. */
export const connection = signal<{ state: 'online' } | { state: 'lost'; sinceMs: number }>({ state: 'online' })
/** Grows each time the gateway is back: whoever shows data asks for it anew. */
export const reconnects = signal(0)

const probeEveryMs = 1_500
let probe: ReturnType<typeof setTimeout> | undefined

export function noteOnline(): void {
  if (connection.value.state === 'online') return
  connection.value = { state: 'online' }
  reconnects.value++
}

/** The gateway did not answer: it is asked until it does. */
export function noteLost(): void {
  if (connection.value.state === 'online') connection.value = { state: 'lost', sinceMs: Date.now() }
  if (probe !== undefined) return
  probe = setTimeout(async () => {
    probe = undefined
    if (await answers()) noteOnline()
    else noteLost()
  }, probeEveryMs)
}

/** Something was cut off that need not be the gateway itself: it is asked, and believed. */
export async function suspect(): Promise<void> {
  if (connection.value.state === 'online' && !(await answers())) noteLost()
}

const answers = (): Promise<boolean> =>
  fetch('/healthz', { cache: 'no-store', signal: AbortSignal.timeout(5_000) }).then(
    ({ ok }) => ok,
    () => false,
  )

/** A laptop that wakes up looks at once, not at the next tick. Called once. */
export function startConnection(): void {
  addEventListener('offline', noteLost)
  document.addEventListener('visibilitychange', () => {
    if (document.visibilityState === 'visible') reconnects.value++
  })
}
