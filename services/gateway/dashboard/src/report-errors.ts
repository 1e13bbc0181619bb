import { client } from './api.ts'

/** A broken page says so once for each different error, and no more than this often. */
const maxReports = 20
const maxChars = 2_000

/** Sends errors that nobody caught to the gateway's log. Called once. */
export function startErrorReports(): void {
  const told = new Set<string>()
  const report = (error: unknown) => {
    const { name, message, stack } =
      error instanceof Error ? error : { name: 'Error', message: String(error), stack: undefined }
    if (told.has(message) || told.size >= maxReports) return
    told.add(message)
    const body = {
      service: 'dashboard',
      name: name.slice(0, 100) || 'Error',
      message: message.slice(0, maxChars) || 'no message',
      stack: (stack ?? '').slice(0, maxChars),
      context: { page: location.pathname, browser: navigator.userAgent.slice(0, 300) },
    }
    client.reportError(body).catch(() => console.error('the error could not be reported', error))
  }
  addEventListener('error', (event) => report(event.error ?? event.message))
  addEventListener('unhandledrejection', (event) => report(event.reason))
}
