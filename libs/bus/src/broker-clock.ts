import type { JetStreamManager } from '@nats-io/jetstream'
import { streams } from '@seine/contracts'
import type { Clock, Logger } from '@seine/runtime'
import { messageOf } from '@seine/runtime'

/** The broker's time: what all replicas agree on. */
export interface BrokerClock {
  /**
   * Unix ms: what the broker's clock showed last, and the time since then on this machine's steady clock. Setting the machine's
   * own time changes nothing (keeps I3: a fetcher that jumps ahead would take a host's burst once more). Until the broker was
   * asked it is what the machine's time was at the start.
   */
  nowMs(): number
  /** Learns the offset now, then from time to time until the signal. Resolves after the first try. */
  start(signal: AbortSignal): Promise<void>
}

const samples = 3
/** An answer is wrong by half of what it took at most. Slower ones, as a broker gives that changes its leader, move no clock that was set before. */
const trustedRoundTripMs = 50
/** Clocks drift apart by milliseconds an hour. */
const learnEveryMs = 60_000
const retryEveryMs = 2_000

/** Learns the offset from the server's own timestamps: of a few answers, the quickest tells best. */
export function makeBrokerClock(
  jsm: () => Promise<JetStreamManager>,
  clock: Clock,
  log: Logger,
  /** Ms from any beginning; nobody sets it. */
  steadyMs: () => number = () => performance.now(),
): BrokerClock {
  /** What is added to the steady clock. */
  let offsetMs = clock.nowMs() - steadyMs()
  let isSet = false

  /** False: the broker can't be asked (it may not be provisioned yet) or is too slow to be sure; asked again soon. */
  async function learn(): Promise<boolean> {
    let bestRoundTripMs = Number.POSITIVE_INFINITY
    try {
      const manager = await jsm()
      for (let sample = 0; sample < samples; sample++) {
        const sentMs = steadyMs()
        const { ts } = await manager.streams.info(streams.TASKS.name)
        const roundTripMs = steadyMs() - sentMs
        if (ts === undefined || roundTripMs >= bestRoundTripMs) continue
        bestRoundTripMs = roundTripMs
        if (isSet && roundTripMs > trustedRoundTripMs) continue
        isSet = true
        offsetMs = Date.parse(ts) - (sentMs + roundTripMs / 2)
      }
      return bestRoundTripMs <= trustedRoundTripMs
    } catch (error) {
      log.debug("broker's time not learned", { error: messageOf(error) })
      return false
    }
  }

  async function keepLearning(learned: boolean, signal: AbortSignal): Promise<void> {
    for (let known = learned; !signal.aborted; known = await learn())
      await clock.sleep(known ? learnEveryMs : retryEveryMs, signal)
  }

  return {
    nowMs: () => Math.round(steadyMs() + offsetMs),
    async start(signal) {
      const learned = await learn()
      void keepLearning(learned, signal)
    },
  }
}
