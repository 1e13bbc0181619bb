import { CodedError, messageOf } from './coded-error.ts'
import { createLogger } from './logger.ts'

/**
 * Runs a service's `main`. What is wrong with settings or surroundings (a CodedError) is one line without a stack trace;
 * anything else keeps its trace. Either way the process ends with code 1.
 */
export async function runMain(service: string, main: () => Promise<void>): Promise<void> {
  try {
    await main()
  } catch (error) {
    const log = createLogger(service, { level: 'error' })
    if (error instanceof CodedError) log.error(`can't run: ${messageOf(error)}`, { code: error.code })
    else log.error("can't run", { error })
    process.exitCode = 1
  }
}
