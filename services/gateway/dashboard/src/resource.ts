import { Unreachable } from '@seine/client'
import { useEffect, useRef, useState } from 'preact/hooks'
import { isGone } from './api.ts'
import { reconnects } from './connection.ts'

export interface Resource<T> {
  /** What came last; stays while it is asked for anew. */
  readonly data: T | undefined
  /** Why the last request failed. Undefined: it did not. */
  readonly error: unknown
  readonly isLoading: boolean
  reload(): void
}

/**
 * What the API gives, asked for when `key` changes, when the gateway is back, and every `everyMs` while the page is looked at.
 * When `renewOn` changes it is asked for anew, and what there is stays until it comes.
 * Of answers that overtake each other the last one asked for counts.
 */
export function useResource<T>(
  key: string,
  load: () => Promise<T>,
  { everyMs, renewOn }: { everyMs?: number | ((data: T) => number | undefined); renewOn?: number } = {},
): Resource<T> {
  const [state, setState] = useState<{ key: string; data?: T; error?: unknown; isLoading: boolean }>({
    key,
    isLoading: true,
  })
  const [asked, ask] = useState(0)
  const back = reconnects.value
  const latest = useRef({ load, everyMs })
  latest.current = { load, everyMs }

  useEffect(() => {
    let isCurrent = true
    let timer: ReturnType<typeof setTimeout> | undefined
    setState((before) => (before.key === key ? { ...before, isLoading: true } : { key, isLoading: true }))
    const run = async () => {
      let data: T | undefined
      try {
        data = await latest.current.load()
        if (isCurrent) setState({ key, data, isLoading: false })
      } catch (error) {
        if (isCurrent) setState((before) => ({ ...before, key, error, isLoading: false }))
        // The connection's return asks anew; until then there is nobody to ask.
        if (error instanceof Unreachable || isGone(error)) return
      }
      const pauseMs = pauseAfter(data)
      if (isCurrent && pauseMs !== undefined) timer = setTimeout(again, pauseMs)
    }
    const again = () => {
      if (document.visibilityState === 'visible') void run()
      else timer = setTimeout(again, 1_000)
    }
    const pauseAfter = (data: T | undefined) => {
      const every = latest.current.everyMs
      if (typeof every !== 'function') return every
      return data === undefined ? 5_000 : every(data)
    }
    void run()
    return () => {
      isCurrent = false
      clearTimeout(timer)
    }
  }, [key, asked, back, renewOn])

  const isSame = state.key === key
  return {
    data: isSame ? state.data : undefined,
    error: isSame ? state.error : undefined,
    isLoading: !isSame || state.isLoading,
    reload: () => ask((n) => n + 1),
  }
}
