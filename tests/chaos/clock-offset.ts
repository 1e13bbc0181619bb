import { readFileSync } from 'node:fs'

/**
 * Loaded before a service (`--import`): its wall clock is off by the milliseconds that the file named in CHAOS_CLOCK_FILE
 * says, and moves when the file changes. Its monotonic clock and its timers are right, as on a machine whose time is set.
 */
const file = process.env.CHAOS_CLOCK_FILE
const lookEveryMs = 100
const RealDate = Date
let offsetMs = 0

const now = (): number => RealDate.now() + offsetMs

function look(): void {
  try {
    offsetMs = Number(readFileSync(file ?? '', 'utf8')) || 0
  } catch {
    // It is being written, or was never moved.
  }
}

if (file !== undefined) {
  look()
  setInterval(look, lookEveryMs).unref()
  globalThis.Date = new Proxy(RealDate, {
    apply: () => new RealDate(now()).toString(),
    construct: (target, args, newTarget) => Reflect.construct(target, args.length === 0 ? [now()] : args, newTarget),
    get: (target, key) => (key === 'now' ? now : Reflect.get(target, key)),
  })
}
