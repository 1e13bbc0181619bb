import type {
  LiveFilter,
  LiveMessage,
  LiveRequest,
  PresenceActivity,
  PresenceMember,
  SeineEvent,
} from '@seine/contracts'
import { makeReconnect } from './reconnect.ts'

/** How the connection is. `waiting`: lost, and dialled again by itself. */
export type LiveState =
  | { readonly phase: 'connecting' }
  | { readonly phase: 'open' }
  | { readonly phase: 'waiting'; readonly retryInMs: number; readonly reason: string }
  /** `close()` was called, or the gateway said that the session is over. */
  | { readonly phase: 'closed'; readonly reason: string | null }

export interface LiveEvent {
  /** What a later subscription goes on from. */
  readonly seq: number
  readonly event: SeineEvent
}

export interface SubscribeOptions {
  /** Events after this sequence, then live ones. Absent: from now on. 0: from the first that is kept. */
  readonly since?: number
  /** What had happened before has been told; after a loss of the connection it comes again. */
  readonly onLive?: () => void
  /** The gateway does not take the subscription. */
  readonly onRefused?: (error: LiveError) => void
}

export type LiveError = Omit<Extract<LiveMessage, { op: 'error' }>, 'op'>

export interface PresenceOptions {
  /** Default: `viewing`. */
  readonly activity?: PresenceActivity
  /** All who are there now, this client among them (`isMe`); `more`: there, and over the number that is listed. */
  readonly onMembers: (members: readonly (PresenceMember & { isMe: boolean })[], more: number) => void
  readonly onRefused?: (error: LiveError) => void
}

export interface Presence {
  set(activity: PresenceActivity): void
  /** To be said again every 2 s or so while somebody types: it is forgotten after 6 s. */
  typing(field: string, isTyping?: boolean): void
  leave(): void
}

/** A connection for live events and presence. It is kept up until `close`: whatever is lost is told on the way back. */
export interface Live {
  /** Each event once and in order, through every loss of the connection. Gives the function that ends it. */
  subscribe(filter: LiveFilter, onEvent: (event: LiveEvent) => void, options?: SubscribeOptions): () => void
  /** `run.<id>` or `site.<name>`; once a topic. */
  presence(topic: string, options: PresenceOptions): Presence
  state(): LiveState
  /** Calls back at each change; gives the function that ends it. */
  onState(listen: (state: LiveState) => void): () => void
  close(): void
}

/** What is used of a WebSocket: the browser's, Node's own. */
export interface LiveSocket {
  send(text: string): void
  close(): void
  onopen: ((event: never) => void) | null
  onmessage: ((event: { data: unknown }) => void) | null
  onclose: ((event: { code: number; reason: string }) => void) | null
}

export interface LiveOptions {
  /** Of the gateway: `https://seine.example` or `wss://seine.example/ws`. */
  readonly url: string
  /** Such as `authorization`. Node only: in a browser the session's cookie goes along by itself. */
  readonly headers?: Readonly<Record<string, string>>
  readonly makeSocket?: (url: string, headers: Readonly<Record<string, string>>) => LiveSocket
  /** 0 to 1. */
  readonly random?: () => number
  /** Longest time between two tries to come back. Default: 10,000. */
  readonly maxPauseMs?: number
}

/** The gateway's own close code for a session that is over: coming back would change nothing. */
const signedOutCode = 4401
const defaultHeartbeatMs = 15_000
const heartbeatsMissed = 3

interface Subscription {
  readonly filter: LiveFilter
  readonly onEvent: (event: LiveEvent) => void
  readonly options: SubscribeOptions
  /** Null: the gateway has not said yet from where it tells. */
  since: number | null
}

/** Dials at once. */
export function connectLive(options: LiveOptions): Live {
  const { headers = {}, makeSocket = openSocket } = options
  const url = socketUrl(options.url)
  const subscriptions = new Map<string, Subscription>()
  const topics = new Map<string, PresenceOptions & { activity: PresenceActivity }>()
  const listeners = new Set<(state: LiveState) => void>()
  let state: LiveState = { phase: 'connecting' }
  let socket: LiveSocket | null = null
  let isWelcome = false
  let me = ''
  let lastSub = 0
  let heartbeatMs = defaultHeartbeatMs
  let silence: ReturnType<typeof setTimeout> | undefined

  const reconnect = makeReconnect(dial, options.random ?? Math.random, options.maxPauseMs)

  function become(next: LiveState): void {
    state = next
    for (const listen of [...listeners]) listen(next)
  }

  function say(request: LiveRequest): void {
    if (isWelcome) socket?.send(JSON.stringify(request))
  }

  function saySubscribe(sub: string, { filter, since }: Subscription): void {
    say({ op: 'subscribe', sub, filter, ...(since === null ? {} : { since }) })
  }

  function dial(): void {
    become({ phase: 'connecting' })
    const dialled = makeSocket(url, headers)
    socket = dialled
    isWelcome = false
    heard(dialled)
    dialled.onmessage = ({ data }) => {
      if (socket !== dialled) return
      if (typeof data === 'string') receive(JSON.parse(data) as LiveMessage)
      heard(dialled)
    }
    dialled.onclose = ({ code, reason }) => lost(dialled, code, reason || 'the connection was lost')
  }

  function heard(from: LiveSocket): void {
    clearTimeout(silence)
    silence = setTimeout(() => {
      // A dead peer answers no close either: it is left, not waited for.
      from.close()
      lost(from, 1006, 'the gateway went silent')
    }, heartbeatMs * heartbeatsMissed)
  }

  function lost(from: LiveSocket, code: number, reason: string): void {
    if (socket !== from) return
    socket = null
    isWelcome = false
    clearTimeout(silence)
    if (code === signedOutCode) become({ phase: 'closed', reason: 'signed out' })
    else become({ phase: 'waiting', retryInMs: reconnect.lost(), reason })
  }

  function receive(message: LiveMessage): void {
    switch (message.op) {
      case 'welcome':
        welcomed(message)
        break
      case 'subscribed': {
        const subscription = subscriptions.get(message.sub)
        if (subscription !== undefined) subscription.since ??= message.since
        break
      }
      case 'event':
        told(message)
        break
      case 'live':
        subscriptions.get(message.sub)?.options.onLive?.()
        break
      case 'presence': {
        const members = message.members.map((member) => ({ ...member, isMe: member.id === me }))
        topics.get(message.topic)?.onMembers(members, message.more)
        break
      }
      case 'error': {
        const { op: _, ...error } = message
        if (error.sub !== undefined) subscriptions.get(error.sub)?.options.onRefused?.(error)
        if (error.topic !== undefined) topics.get(error.topic)?.onRefused?.(error)
        break
      }
      case 'heartbeat':
      case 'dropped':
    }
  }

  function welcomed(message: Extract<LiveMessage, { op: 'welcome' }>): void {
    isWelcome = true
    me = message.client
    heartbeatMs = message.heartbeatMs
    reconnect.opened()
    for (const [sub, subscription] of subscriptions) saySubscribe(sub, subscription)
    for (const [topic, { activity }] of topics) say({ op: 'presence', topic, activity })
    become({ phase: 'open' })
  }

  function told({ sub, seq, event }: Extract<LiveMessage, { op: 'event' }>): void {
    const subscription = subscriptions.get(sub)
    if (subscription === undefined || seq <= (subscription.since ?? -1)) return
    subscription.since = seq
    subscription.onEvent({ seq, event })
  }

  dial()
  return {
    subscribe(filter, onEvent, subscribeOptions = {}) {
      const sub = String(++lastSub)
      const subscription = { filter, onEvent, options: subscribeOptions, since: subscribeOptions.since ?? null }
      subscriptions.set(sub, subscription)
      saySubscribe(sub, subscription)
      return () => {
        if (subscriptions.delete(sub)) say({ op: 'unsubscribe', sub })
      }
    },
    presence(topic, presenceOptions) {
      const here = { activity: 'viewing' as const, ...presenceOptions }
      topics.set(topic, here)
      say({ op: 'presence', topic, activity: here.activity })
      return {
        set(activity) {
          if (!topics.has(topic)) return
          topics.set(topic, { ...presenceOptions, activity })
          say({ op: 'presence', topic, activity })
        },
        typing(field, isTyping = true) {
          if (topics.has(topic)) say({ op: 'typing', topic, field, typing: isTyping })
        },
        leave() {
          if (topics.delete(topic)) say({ op: 'leave', topic })
        },
      }
    },
    state: () => state,
    onState(listen) {
      listeners.add(listen)
      return () => void listeners.delete(listen)
    },
    close() {
      const open = socket
      socket = null
      isWelcome = false
      clearTimeout(silence)
      reconnect.stop()
      open?.close()
      become({ phase: 'closed', reason: null })
    },
  }
}

/** `https://host/base` → `wss://host/base/ws`; an address that says `/ws` already stays. */
export function socketUrl(url: string): string {
  const parsed = new URL(url)
  parsed.protocol = parsed.protocol.replace(/^http/, 'ws')
  const path = parsed.pathname.replace(/\/+$/, '')
  parsed.pathname = path.endsWith('/ws') ? path : `${path}/ws`
  return parsed.href
}

function openSocket(url: string, headers: Readonly<Record<string, string>>): LiveSocket {
  if (Object.keys(headers).length === 0) return new WebSocket(url) as unknown as LiveSocket
  // Node's WebSocket takes headers; a browser's throws here, and would have sent none.
  const WithHeaders = WebSocket as unknown as new (url: string, init: { headers: object }) => LiveSocket
  return new WithHeaders(url, { headers })
}
