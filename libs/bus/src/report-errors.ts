import { type ErrorReport, errorLimits, errorReport, newId } from '@seine/contracts'
import {
  type Clock,
  type LogLine,
  makeErrorTally,
  type Part,
  type RootLogger,
  type TalliedError,
  type ToldError,
} from '@seine/runtime'
import type { Bus } from './bus.ts'

/** An error is in the registry within 5 s: this, the publish and the scheduler's write. */
export const reportEveryMs = 2_000

/**
 * Reports every error line of a process's log to the registry: one report a fault and 2 s, with the number, so that a storm
 * costs a few messages. A report that the broker does not take is counted into the next one.
 */
export function makeErrorReports(deps: { bus: Pick<Bus, 'publish'>; log: RootLogger; clock: Clock }): Part {
  const { bus, log, clock } = deps
  const tally = makeErrorTally()
  const stopping = new AbortController()
  let forget = () => {}
  let working: Promise<void> = Promise.resolve()

  async function send(): Promise<void> {
    const { errors, dropped } = tally.take()
    const all = dropped === 0 ? errors : [...errors, tooMany(log.service, dropped, clock.nowMs())]
    // Its own failures are only warned of: an error would be reported, and fail, and be reported.
    await Promise.all(
      all.map((error) =>
        bus
          .publish(errorReport, reportOf(error), { correlationId: error.correlationId ?? undefined })
          .catch((why: unknown) => log.warn('an error could not be reported', { error: why, fault: error.name })),
      ),
    )
  }

  async function work(): Promise<void> {
    while (!stopping.signal.aborted) {
      await clock.sleep(reportEveryMs, stopping.signal)
      await send()
    }
  }

  return {
    name: 'error reports',
    start(fail) {
      forget = log.listen((line) => {
        if (line.level === 'error') tally.add(toldBy(line))
      })
      working = work().catch(fail)
    },
    async stop() {
      stopping.abort()
      await working
      forget()
    },
  }
}

/** What a line says of an error: the error itself where it has one, else the line. */
export function toldBy(line: LogLine): ToldError {
  const { ts, level: _, service, msg, error, correlationId, ...rest } = line
  const thrown = (typeof error === 'object' && error !== null ? error : {}) as Record<string, unknown>
  const { code, name, message, stack } = thrown
  return {
    service,
    level: 'error',
    name:
      ([code, name].find((each) => typeof each === 'string' && each !== '' && each !== 'CodedError') as string) ??
      'Error',
    message: typeof message === 'string' ? message : typeof error === 'string' ? `${msg}: ${error}` : msg,
    stack: typeof stack === 'string' ? stack : null,
    context: { doing: msg, ...textsOf(rest) },
    correlationId: typeof correlationId === 'string' ? correlationId : null,
    atMs: Date.parse(ts),
  }
}

function textsOf(fields: Readonly<Record<string, unknown>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(fields).map(([key, value]) => [
      key,
      typeof value === 'string' ? value : (JSON.stringify(value) ?? ''),
    ]),
  )
}

/** A report as it goes over the wire, cut to its limits. */
export function reportOf(error: TalliedError): ErrorReport {
  const context = Object.entries(error.context)
    .slice(0, errorLimits.contextKeys)
    .map(([key, value]) => [key.slice(0, 100), value.slice(0, errorLimits.contextValue)] as const)
  return {
    id: newId(error.atMs),
    fingerprint: error.fingerprint,
    service: error.service,
    level: error.level,
    name: error.name.slice(0, errorLimits.name),
    message: error.message.slice(0, errorLimits.message),
    stack: error.stack?.slice(0, errorLimits.stack) ?? null,
    context: Object.fromEntries(context),
    correlationId: error.correlationId?.slice(0, 128) ?? null,
    count: error.count,
    firstAt: new Date(error.firstAtMs).toISOString(),
    lastAt: new Date(error.atMs).toISOString(),
  }
}

function tooMany(service: string, dropped: number, atMs: number): TalliedError {
  const tally = makeErrorTally(1)
  const message = 'more different errors at once than are reported one by one'
  tally.add({
    service,
    level: 'error',
    name: 'too-many-errors',
    message,
    stack: null,
    context: {},
    correlationId: null,
    atMs,
  })
  return { ...tally.take().errors[0]!, count: dropped }
}
