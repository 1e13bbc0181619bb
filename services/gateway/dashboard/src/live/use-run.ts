import type { RunDetail } from '@seine/client'
import type { SeineEvent } from '@seine/contracts'
import { useEffect, useRef, useState } from 'preact/hooks'
import { client } from '../api.ts'
import { type Resource, useResource } from '../resource.ts'
import { live } from './live-connection.ts'
import { addSample, type RunSample } from './run-series.ts'
import { applyEvents, asksForAnew, type RunView, viewOf } from './run-view.ts'

/** An event as the log shows it. */
export interface LogEntry {
  readonly seq: number
  readonly event: SeineEvent
}

/** Bound of the log on the page: the oldest go. */
export const maxLogEntries = 2_000
/** Drawn this often however many events come. */
const drawEveryMs = 120
/** Between two reads of the whole run because of events. */
const rereadMs = 2_000

const isActive = ({ status }: RunDetail) => status === 'running' || status === 'waiting' || status === 'paused'

/** A run as it goes: read from the API, moved on by events, and read again where they change more than they say. */
export function useRun(id: string): {
  resource: Resource<RunDetail>
  view: RunView | undefined
  samples: readonly RunSample[]
  log: readonly LogEntry[]
  isLogComplete: boolean
} {
  const resource = useResource(id, () => client.getRun(id), {
    everyMs: (run) => (isActive(run) ? (live.peek()?.state().phase === 'open' ? 15_000 : 3_000) : undefined),
  })
  const [view, setView] = useState<RunView>()
  const [samples, setSamples] = useState<readonly RunSample[]>([])
  const [log, setLog] = useState<readonly LogEntry[]>([])
  const [isLogComplete, setLogComplete] = useState(false)
  const reload = useRef(resource.reload)
  reload.current = resource.reload

  useEffect(() => {
    if (resource.data !== undefined) setView((before) => viewOf(resource.data!, before))
  }, [resource.data])

  const connection = live.value
  useEffect(() => {
    if (connection === null) return
    let pending: SeineEvent[] = []
    let entries: LogEntry[] = []
    let drawing: ReturnType<typeof setTimeout> | undefined
    let rereading: ReturnType<typeof setTimeout> | undefined
    let isLive = false
    const draw = () => {
      drawing = undefined
      const events = pending
      const logged = entries
      pending = []
      entries = []
      setView((before) => (before === undefined ? before : applyEvents(before, events)))
      if (logged.length === 0) return
      setSamples((before) => logged.reduce((all, { event }) => addSample(all, event), before))
      const shown = logged.filter(({ event }) => event.type !== 'run.progress')
      if (shown.length > 0) setLog((before) => merge(before, shown))
    }
    const later = () => {
      drawing ??= setTimeout(draw, drawEveryMs)
    }
    const endHistory = connection.subscribe(
      { run: id, types: [...loggedTypes] },
      (entry) => {
        entries.push(entry)
        // What had happened before is in what the API said.
        if (isLive) pending.push(entry.event)
        if (isLive && asksForAnew(entry.event)) {
          rereading ??= setTimeout(
            () => {
              rereading = undefined
              reload.current()
            },
            entry.event.type === 'run.finished' ? 300 : rereadMs,
          )
        }
        later()
      },
      {
        since: 0,
        onLive: () => {
          isLive = true
          setLogComplete(true)
        },
      },
    )
    const endProgress = connection.subscribe({ run: id, types: ['site.progress'] }, ({ event }) => {
      pending.push(event)
      later()
    })
    return () => {
      clearTimeout(drawing)
      clearTimeout(rereading)
      endHistory()
      endProgress()
    }
  }, [connection, id])

  return { resource, view, samples, log, isLogComplete }
}

/** All but what only moves numbers. */
const loggedTypes = [
  'run.created',
  'run.started',
  'run.progress',
  'run.finished',
  'run.paused',
  'site.started',
  'site.step',
  'site.finished',
  'artifact.written',
  'host.blocked',
  'host.breaker',
  'retention.planned',
  'robots.overridden',
  'site.render',
  'proxy.residential',
] as const satisfies readonly SeineEvent['type'][]

function merge(before: readonly LogEntry[], more: readonly LogEntry[]): readonly LogEntry[] {
  const last = before.at(-1)?.seq ?? 0
  return [...before, ...more.filter(({ seq }) => seq > last)].slice(-maxLogEntries)
}
