import type { LiveMessage, PresenceMember, PresenceShare } from '@seine/contracts'
import type { Guest } from './presence-desk.ts'

/** How long somebody counts as typing who does not say so again. */
export const typingMs = 6_000
/** Named of a topic; the others are counted. */
export const maxListed = 50
const maxFields = 5

/** One thing that people are present at: who is there, and what is due to be told and written down. Pure but for `tell`. */
export interface PresenceTopic {
  enter(guest: Guest, nowMs: number): void
  leave(id: string): void
  typing(id: string, field: string, isTyping: boolean, nowMs: number): void
  /** What another gateway wrote; null: nobody is there through it any more. */
  heard(gatewayId: string, share: PresenceShare | null): void
  /** Lets go of typing that has run out and of gateways that are dead. */
  tidy(nowMs: number, isAlive: (gatewayId: string) => boolean): void
  /** Who is there through this gateway. */
  share(): PresenceShare
  isWriteDue(nowMs: number, refreshMs: number): boolean
  written(nowMs: number): void
  mustWrite(): void
  /** Whether there is an entry of this gateway's in the bucket. */
  isWritten(): boolean
  isTellDue(nowMs: number, everyMs: number): boolean
  /** Tells everybody at this gateway who is there. */
  tell(nowMs: number): void
  readonly guests: number
  isEmpty(): boolean
}

interface Present {
  readonly guest: Guest
  readonly since: string
  /** Field → until when. */
  readonly typing: Map<string, number>
}

export function makePresenceTopic(topic: string): PresenceTopic {
  const here = new Map<string, Present>()
  const elsewhere = new Map<string, { share: PresenceShare; alive: boolean }>()
  let mustTell = false
  let toldAtMs = Number.NEGATIVE_INFINITY
  let mustWrite = false
  let writtenAtMs: number | null = null

  const changed = () => {
    mustTell = true
    mustWrite = true
  }

  function share(): PresenceShare {
    const all = [...here.values()].map(memberOf).sort(byArrival)
    return { members: all.slice(0, maxListed), more: Math.max(0, all.length - maxListed) }
  }

  /** Everybody, over all gateways. */
  function everybody(): { members: PresenceMember[]; more: number } {
    const shares = [share(), ...[...elsewhere.values()].filter(({ alive }) => alive).map((other) => other.share)]
    const all = shares.flatMap(({ members }) => members).sort(byArrival)
    const uncounted = shares.reduce((sum, { more }) => sum + more, 0)
    return { members: all.slice(0, maxListed), more: uncounted + Math.max(0, all.length - maxListed) }
  }

  return {
    enter(guest, nowMs) {
      const { since = new Date(nowMs).toISOString(), typing = new Map<string, number>() } = here.get(guest.id) ?? {}
      here.set(guest.id, { guest, since, typing })
      changed()
    },
    leave(id) {
      if (here.delete(id)) changed()
    },
    typing(id, field, isTyping, nowMs) {
      const typing = here.get(id)?.typing
      if (typing === undefined) return
      const was = typing.has(field)
      if (isTyping && (was || typing.size < maxFields)) typing.set(field, nowMs + typingMs)
      else typing.delete(field)
      if (was !== typing.has(field)) changed()
    },
    heard(gatewayId, other) {
      if (other === null) elsewhere.delete(gatewayId)
      else elsewhere.set(gatewayId, { share: other, alive: elsewhere.get(gatewayId)?.alive ?? false })
      mustTell = true
    },
    tidy(nowMs, isAlive) {
      for (const { typing } of here.values())
        for (const [field, untilMs] of typing)
          if (untilMs <= nowMs) {
            typing.delete(field)
            changed()
          }
      for (const [gatewayId, other] of elsewhere) {
        const alive = isAlive(gatewayId)
        if (alive === other.alive) {
          // Dead at first sight and still: it was written by a gateway that is gone.
          if (!alive) elsewhere.delete(gatewayId)
          continue
        }
        elsewhere.set(gatewayId, { ...other, alive })
        mustTell = true
      }
    },
    share,
    isWriteDue(nowMs, refreshMs) {
      if (mustWrite) return here.size > 0 || writtenAtMs !== null
      return here.size > 0 && nowMs - (writtenAtMs ?? 0) >= refreshMs
    },
    written(nowMs) {
      mustWrite = false
      writtenAtMs = here.size > 0 ? nowMs : null
    },
    mustWrite() {
      mustWrite = true
      writtenAtMs ??= 0
    },
    isWritten: () => writtenAtMs !== null,
    isTellDue: (nowMs, everyMs) => mustTell && nowMs - toldAtMs >= everyMs,
    tell(nowMs) {
      mustTell = false
      toldAtMs = nowMs
      const message: LiveMessage = { op: 'presence', topic, ...everybody() }
      const frame = JSON.stringify(message)
      for (const { guest } of here.values()) guest.tell(frame)
    },
    get guests() {
      return here.size
    },
    isEmpty: () => here.size === 0 && elsewhere.size === 0 && writtenAtMs === null && !mustWrite,
  }
}

function memberOf({ guest, since, typing }: Present): PresenceMember {
  const { id, user, name, activity } = guest
  return { id, user, name, activity, typing: [...typing.keys()].sort(), since }
}

/** Who came first, first; ties by id. */
const byArrival = (a: PresenceMember, b: PresenceMember): number =>
  a.since < b.since ? -1 : a.since > b.since ? 1 : a.id < b.id ? -1 : 1
