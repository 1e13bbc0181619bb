import type { WebProxy } from './proxy.ts'

/** Connections in a row that a proxy may leave hanging before it, and not the hosts behind it, is taken for the cause. */
const maxSuspicions = 5

export interface ProxyState {
  id: string
  /** 0: in use. Otherwise it is left out until then, on the clock of `nowMs`. */
  ejectedUntilMs: number
  /** Ejections since it last worked. */
  ejections: number
}

export interface ProxyPool {
  readonly proxies: readonly WebProxy[]
  /** The next proxy in turn that is not ejected. */
  next(): WebProxy
  /**
   * `worked`: a host was reached through it. `failed`: it refused us, or could not be reached. `suspect`: it took the
   * connection and then said nothing, which is as likely the host's fault.
   */
  report(proxy: WebProxy, outcome: 'worked' | 'failed' | 'suspect'): void
  states(): ProxyState[]
}

export interface ProxyPoolOptions {
  /** At least one; throws RangeError otherwise. */
  proxies: readonly WebProxy[]
  nowMs: () => number
  /** First ejection; each further one in a row lasts twice as long. Default 30 s. */
  ejectBaseMs?: number
  /** Longest ejection. Default 30 min. */
  ejectCapMs?: number
}

/**
 * Proxies in rotation. One that fails sits out for a growing time and then gets its turn again; the last one left
 * is never sent off, since a bad proxy is better than none and `direct` is not ours to choose.
 */
export function makeProxyPool({
  proxies,
  nowMs,
  ejectBaseMs = 30_000,
  ejectCapMs = 1_800_000,
}: ProxyPoolOptions): ProxyPool {
  if (proxies.length === 0) throw new RangeError('a proxy pool needs at least one proxy')
  const members = proxies.map((proxy) => ({ proxy, ejectedUntilMs: 0, ejections: 0, suspicions: 0 }))
  type Member = (typeof members)[number]
  let turn = 0

  const isOut = (member: Member): boolean => member.ejectedUntilMs > nowMs()

  function eject(member: Member): void {
    member.suspicions = 0
    if (members.every((other) => other === member || isOut(other))) return
    member.ejectedUntilMs = nowMs() + Math.min(ejectCapMs, ejectBaseMs * 2 ** member.ejections)
    member.ejections++
  }

  return {
    proxies,
    next() {
      for (let i = 0; i < members.length; i++) {
        const member = members[turn] as Member
        turn = (turn + 1) % members.length
        if (!isOut(member)) return member.proxy
      }
      throw new Error('unreachable: the last proxy is never ejected')
    },
    report(proxy, outcome) {
      const member = members.find((candidate) => candidate.proxy === proxy)
      // Late news of one that is out already would only make its ejection longer.
      if (member === undefined || (outcome !== 'worked' && isOut(member))) return
      if (outcome === 'worked') Object.assign(member, { ejectedUntilMs: 0, ejections: 0, suspicions: 0 })
      else if (outcome === 'failed' || ++member.suspicions >= maxSuspicions) eject(member)
    },
    states: () =>
      members.map((member) => ({
        id: member.proxy.id,
        ejectedUntilMs: isOut(member) ? member.ejectedUntilMs : 0,
        ejections: member.ejections,
      })),
  }
}
