import { isStoreAway } from '@seine/artifacts'
import { isBrokerAway } from '@seine/bus'
import { type Clock, CodedError, type Logger, messageOf } from '@seine/runtime'

/** How long one try waits. What asks for exports thinks a request dead after half an hour, and each is tried three times. */
export const maxBlockedMs = 5 * 60_000
const lookEveryMs = 10_000

/** What can take nothing just now, in words for who has to see to it. Null: the error is about something else. */
export function whatBlocks(error: unknown, workFolder: string): string | null {
  const full = whatIsFull(error, workFolder)
  if (full !== null) return full
  if (isStoreAway(error)) return 'the object store fails or is away'
  return isBrokerAway(error) ? 'the broker does not answer' : null
}

function whatIsFull(error: unknown, workFolder: string): string | null {
  if (!(error instanceof Error)) return null
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return `the disk of EXPORT_TMP_DIR (${workFolder}) is full`
  if (/insufficient (storage )?resources|maximum bytes exceeded/.test(message)) return 'the broker’s store is full'
  if (/StorageFull|InsufficientStorage|QuotaExceeded/.test(`${code} ${message}`)) return 'the object store is full'
  return whatIsFull(error.cause, workFolder)
}

/**
 * Does work again where a disk is full, or the object store or the broker away, until it can go on: what was made of the pages before is there still, so
 * nothing is lost by waiting. After {@link maxBlockedMs} throws CodedError `export-blocked`, which names what is in the way.
 */
export async function whileBlocked<T>(
  work: () => Promise<T>,
  { workFolder, clock, signal, log }: { workFolder: string; clock: Clock; signal: AbortSignal; log: Logger },
): Promise<T> {
  const endMs = clock.nowMs() + maxBlockedMs
  for (let told = false; ; told = true) {
    try {
      return await work()
    } catch (error) {
      const blocking = whatBlocks(error, workFolder)
      if (blocking === null || signal.aborted) throw error
      const message = `${blocking}: ${messageOf(error)}`
      if (clock.nowMs() + lookEveryMs > endMs) throw new CodedError('export-blocked', message, { cause: error })
      if (!told) log.error(`${message}; trying again until it can go on`)
      await clock.sleep(lookEveryMs, signal)
    }
  }
}
