import type { Client, RunDetail } from '@seine/client'
import type { SeineEvent } from '@seine/contracts'
import type { CommandIo } from './command.ts'
import { eventLine } from './event-line.ts'
import { makeLiveRegion } from './live-region.ts'
import { progressBars } from './progress-bars.ts'
import { applyEvent, type RunView, viewOf } from './run-view.ts'

const drawEveryMs = 100
/** Without a terminal: a line of progress this often. */
const progressLineEveryMs = 5_000

/** Told in full on a terminal; progress is in the bars there. */
const landmarks: readonly SeineEvent['type'][] = [
  'site.finished',
  'run.finished',
  'robots.overridden',
  'proxy.residential',
]

const isLandmark = ({ type, level }: SeineEvent) => landmarks.includes(type) || level === 'warn' || level === 'error'

/** Whether lines that were drawn can be drawn over. */
export const hasScreen = (io: CommandIo): boolean => io.isTty && io.env.TERM !== 'dumb'

/**
 * Shows a run until it ends: bars on a terminal, plain lines otherwise, nothing where `quiet`. Gives the run as it ended;
 * null where the signal came first. `isLine`: what stays on a terminal above the bars.
 */
export async function watchRun(
  client: Client,
  run: RunDetail,
  options: { since: number; quiet: boolean; signal: AbortSignal; isLine?: (event: SeineEvent) => boolean },
  io: CommandIo,
): Promise<RunDetail | null> {
  const { since, quiet, signal, isLine = isLandmark } = options
  const show = quiet ? showNothing() : hasScreen(io) ? showBars(io, isLine) : showLines(io)
  let view = viewOf(run)
  try {
    show.begin(view)
    for await (const { event } of client.runEvents(run.id, { since, signal })) {
      view = applyEvent(view, event)
      show.event(event, view)
    }
  } finally {
    show.end()
  }
  return signal.aborted ? null : client.getRun(run.id)
}

interface Show {
  begin(view: RunView): void
  event(event: SeineEvent, view: RunView): void
  end(): void
}

const showNothing = (): Show => ({ begin: () => {}, event: () => {}, end: () => {} })

function showLines(io: CommandIo): Show {
  let nextProgressMs = 0
  return {
    begin: () => {},
    event(event) {
      if (event.type === 'site.progress') return
      if (event.type === 'run.progress') {
        const atMs = Date.parse(event.ts)
        if (atMs < nextProgressMs) return
        nextProgressMs = atMs + progressLineEveryMs
      }
      io.stdout.write(`${eventLine(event)}\n`)
    },
    end: () => {},
  }
}

function showBars(io: CommandIo, isLine: (event: SeineEvent) => boolean): Show {
  const terminal = io.stdout as NodeJS.WritableStream & { columns?: number; rows?: number }
  const colour = (io.env.NO_COLOR ?? '') === ''
  const region = makeLiveRegion((text) => void io.stdout.write(text))
  let latest: RunView | null = null
  const draw = () => {
    if (latest === null) return
    region.draw(progressBars(latest, { columns: terminal.columns || 80, rows: terminal.rows || 24, colour }))
    latest = null
  }
  let timer: NodeJS.Timeout | undefined
  return {
    begin(view) {
      latest = view
      draw()
      timer = setInterval(draw, drawEveryMs)
    },
    event(event, view) {
      latest = view
      if (isLine(event)) region.print(eventLine(event))
    },
    end() {
      clearInterval(timer)
      region.clear()
    },
  }
}
