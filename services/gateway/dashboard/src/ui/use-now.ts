import { useEffect, useState } from 'preact/hooks'

/** The time, again each `everyMs`. Null: it stands still. */
export function useNow(everyMs: number | null): number {
  const [now, setNow] = useState(Date.now())
  useEffect(() => {
    if (everyMs === null) return
    setNow(Date.now())
    const timer = setInterval(() => setNow(Date.now()), everyMs)
    return () => clearInterval(timer)
  }, [everyMs])
  return now
}
