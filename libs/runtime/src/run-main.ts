import { CodedError, messageOf } from './coded-error.ts'
import { createLogger } from './logger.ts'

/** What a failed start left open (a connection, say) has this long to close by itself. */
const exitGraceMs = 1_000

/**
 * Runs a service's `main`. What is wrong with settings or surroundings (a CodedError) is one line without a stack trace;
 * anything else keeps its trace. Either way the process ends with code 1, whatever was open already.
 */
export async function runMain(service: string, main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    const log = createLogger(service, { level: 'error' })
    if (error instanceof CodedError) log.error(`can't run: ${messageOf(error)}`, { code: error.code })
    else log.error("can't run", { error })
    process.exitCode = 1
    setTimeout(() => process.exit(1), exitGraceMs).unref()
  }
}
