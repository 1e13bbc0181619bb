import { type Clock, CodedError, type Logger, messageOf } from '@seine/runtime'

/** How long one try waits for room. What asks for exports thinks a request dead after half an hour, and each is tried three times. */
export const maxRoomWaitMs = 5 * 60_000
const lookEveryMs = 10_000

/** What is full, in words for who has to make room. Null: the error is about something else. */
export function whatIsFull(error: unknown, workFolder: string): string | null {
  if (!(error instanceof Error)) return null
  const { code, message } = error as NodeJS.ErrnoException
  if (code === 'ENOSPC' || code === 'EDQUOT') return `the disk of EXPORT_TMP_DIR (${workFolder}) is full`
  if (/insufficient (storage )?resources|maximum bytes exceeded/.test(message)) return 'the broker’s store is full'
  if (/StorageFull|InsufficientStorage|QuotaExceeded/.test(`${code} ${message}`)) return 'the object store is full'
  return whatIsFull(error.cause, workFolder)
}

/**
 * Does work again where a disk is full, until there is room: what was made of the pages before is there still, so nothing is lost by waiting.
 * After {@link maxRoomWaitMs} throws CodedError `disk-full`, which names what is full.
 */
export async function whileFull<T>(
  work: () => Promise<T>,
  { workFolder, clock, signal, log }: { workFolder: string; clock: Clock; signal: AbortSignal; log: Logger },
): Promise<T> {
  const endMs = clock.nowMs() + maxRoomWaitMs
  for (let told = false; ; told = true) {
    try {
      return await work()
    } catch (error) {
      const full = whatIsFull(error, workFolder)
      if (full === null || signal.aborted) throw error
      const message = `${full}: ${messageOf(error)}`
      if (clock.nowMs() + lookEveryMs > endMs) throw new CodedError('disk-full', message, { cause: error })
      if (!told) log.error(`${message}; waiting for room`)
      await clock.sleep(lookEveryMs, signal)
    }
  }
}
