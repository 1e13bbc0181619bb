import type { JetStreamManager } from '@nats-io/jetstream'
import { streams } from '@seine/contracts'
import type { Clock, Logger } from '@seine/runtime'
import { messageOf } from '@seine/runtime'

/** The broker's time: what all replicas agree on. */
export interface BrokerClock {
  /** Unix ms: the local clock plus the offset last learned; the local clock until one was. */
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
export function makeBrokerClock(jsm: () => Promise<JetStreamManager>, clock: Clock, log: Logger): BrokerClock {
  let offsetMs = 0
  let isSet = false

  /** False: the broker can't be asked (it may not be provisioned yet) or is too slow to be sure; asked again soon. */
  async function learn(): Promise<boolean> {
    let bestRoundTripMs = Number.POSITIVE_INFINITY
    try {
      const manager = await jsm()
      for (let sample = 0; sample < samples; sample++) {
        const sentMs = clock.nowMs()
        const { ts } = await manager.streams.info(streams.TASKS.name)
        const roundTripMs = clock.nowMs() - sentMs
        if (ts === undefined || roundTripMs >= bestRoundTripMs) continue
        bestRoundTripMs = roundTripMs
        if (isSet && roundTripMs > trustedRoundTripMs) continue
        isSet = true
        offsetMs = Math.round(Date.parse(ts) - (sentMs + roundTripMs / 2))
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
    nowMs: () => clock.nowMs() + offsetMs,
    async start(signal) {
      const learned = await learn()
      void keepLearning(learned, signal)
    },
  }
}
