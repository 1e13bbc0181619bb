import { request } from 'node:http'
import type { SeineEvent } from '@seine/contracts'
import { WebSocket } from 'ws'

/** One client that watches a run and notes what it hears when. */
export interface Watcher {
  opened: boolean
  /** When it heard its first event, Unix ms. 0: not yet. */
  firstAtMs: number
  /** Why it was closed by the other side before the run's end. Null: it was not. */
  broken: string | null
  events: number
  /** The run's progress: pages that have ended, and when it was heard, Unix ms. */
  readonly progress: { done: number; heardAtMs: number }[]
  /** From each progress event's time to its being heard, ms. */
  readonly published: { heardAtMs: number; ms: number }[]
  close(): void
}

type Noted = Omit<Watcher, 'close'>

const nowMs = () => performance.timeOrigin + performance.now()
const noted = (): Noted => ({ opened: false, firstAtMs: 0, broken: null, events: 0, progress: [], published: [] })

/** Parses what it has to: a thousand clients are one process here. */
function note(watcher: Noted, json: string): void {
  watcher.events++
  watcher.firstAtMs ||= nowMs()
  if (!json.includes('"type":"run.progress"')) return
  const event = JSON.parse(json) as Extract<SeineEvent, { type: 'run.progress' }>
  const heardAtMs = nowMs()
  const { ok, unchanged, failed } = event.data.counts
  watcher.progress.push({ done: ok + unchanged + failed, heardAtMs })
  watcher.published.push({ heardAtMs, ms: heardAtMs - Date.parse(event.ts) })
}

export function openSse(gatewayUrl: string, headers: Record<string, string>, runId: string): Watcher {
  const watcher = noted()
  let text = ''
  let isOver = false
  const asked = request(`${gatewayUrl}/api/bulk-runs/${runId}/stream`, { headers, agent: false }, (response) => {
    watcher.opened = response.statusCode === 200
    response.setEncoding('utf8')
    response.on('data', (chunk: string) => {
      text += chunk
      for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
        const frame = text.slice(0, end)
        text = text.slice(end + 2)
        const data = frame.indexOf('\ndata: ')
        if (frame.startsWith('event: end')) isOver = true
        else if (frame.startsWith('id: ') && data > 0) note(watcher, frame.slice(data + 7))
      }
    })
    response.on('close', () => {
      if (!isOver) watcher.broken ??= `closed, ${response.statusCode}`
    })
  })
  asked.on('error', (error) => {
    if (!isOver) watcher.broken ??= error.message
  })
  asked.end()
  return Object.assign(watcher, {
    close: () => {
      isOver = true
      asked.destroy()
    },
  })
}

export function openWebSocket(gatewayUrl: string, headers: Record<string, string>, runId: string): Watcher {
  const watcher = noted()
  let isOver = false
  const socket = new WebSocket(`${gatewayUrl.replace('http', 'ws')}/ws`, { headers, perMessageDeflate: false })
  socket.on('open', () => {
    watcher.opened = true
    socket.send(JSON.stringify({ op: 'subscribe', sub: '1', filter: { run: runId }, since: 0 }))
  })
  socket.on('message', (data) => {
    const text = String(data)
    if (text.startsWith('{"op":"event"')) note(watcher, text.slice(text.indexOf('"event":', 20) + 8, -1))
  })
  socket.on('close', (code) => {
    if (!isOver) watcher.broken ??= `closed, ${code}`
  })
  socket.on('error', (error) => {
    if (!isOver) watcher.broken ??= error.message
  })
  return Object.assign(watcher, {
    close: () => {
      isOver = true
      socket.terminate()
    },
  })
}
