import type { FetchTask, PageRecord } from '@seine/contracts'
import { decodeText } from '@seine/net'
import { isShell } from './browser/shell.ts'
import type { Ending } from './ending.ts'

/**
 * Whether a page that was read is wanted from a browser: its task says that a shell would be, and it is one
 * (`render: auto`). A record without SEO is of no page.
 */
export function needsBrowser(
  task: Pick<FetchTask, 'lookForShell'>,
  { headers, body }: { headers: Record<string, string>; body: Uint8Array },
  { seo, product }: Pick<PageRecord, 'seo' | 'product'>,
): boolean {
  if (task.lookForShell !== true || seo === null) return false
  return isShell({ html: decodeText(body, headers['content-type'] ?? null).text, seo, hasProduct: product !== null })
}

/** No error did it, and what the page gave is not kept: validators of a shell would have a browser's page called unchanged. */
export function toBrowser(
  measured: Required<Pick<Ending, 'status' | 'hostDueAtMs' | 'durationMs' | 'bytes'>>,
  nowMs: number,
): Ending {
  const { status, hostDueAtMs, durationMs, bytes } = measured
  return {
    ...{ status, hostDueAtMs, durationMs, bytes },
    ...{ outcome: 'deferred', reason: 'needs-browser', retryAtMs: nowMs, countsAsFailure: false },
  }
}
