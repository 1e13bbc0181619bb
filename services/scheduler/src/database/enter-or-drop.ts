import { type Disposition, done, drop } from '@seine/bus'
import { messageOf } from '@seine/runtime'
import { isAboutData } from './about-data.ts'

/**
 * Handles one message by entering it; one that says what PostgreSQL will never take becomes a dead letter: it would come back for ever,
 * and a few of them would take every place that there is.
 */
export function enterOrDrop<T>(enter: (message: T) => Promise<void>): (message: T) => Promise<Disposition> {
  return async (message) => {
    try {
      await enter(message)
      return done()
    } catch (error) {
      if (!isAboutData(error)) throw error
      return drop(`it can not be entered: ${messageOf(error)}`)
    }
  }
}
