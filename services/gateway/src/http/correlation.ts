import { newId } from '@seine/contracts'

/** What a caller may send as X-Correlation-ID: it goes into headers and log lines. Anything else is replaced. */
const acceptable = /^[\w.:-]{1,128}$/

export function correlationIdOf(header: string | undefined): string {
  return header !== undefined && acceptable.test(header) ? header : newId()
}
