import type { Page } from 'playwright-core'

export interface Snapshot {
  readonly html: string
  /** The page was longer. */
  readonly cut: boolean
}

/**
 * A world of our own beside the page's: it sees the page's document, and the page's scripts have put nothing in the way
 * of what it calls. To be opened once the page has loaded.
 */
export interface PageWorld {
  /** Resolves when the page's main thread has done what it had to do, at the latest after {@link longestIdleWaitMs}. */
  idle(): Promise<void>
  /** The document as it stands, cut in the page to `maxChars`, so that a page can't send us more (keeps I7). */
  read(maxChars: number): Promise<Snapshot>
}

/** A page whose timers never leave its thread idle is not waited for. */
const longestIdleWaitMs = 1_000

export async function openWorld(page: Page): Promise<PageWorld> {
  const session = await page.context().newCDPSession(page)
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
    frameId: frameTree.frame.id,
  })

  async function evaluate(expression: string): Promise<unknown> {
    const options = { expression, contextId, returnByValue: true, awaitPromise: true }
    const { result, exceptionDetails } = await session.send('Runtime.evaluate', options)
    if (exceptionDetails) throw new Error(`the document could not be read: ${exceptionDetails.text}`)
    return result.value
  }

  return {
    async idle() {
      await evaluate(`(${untilIdle})(${longestIdleWaitMs})`)
    },
    read: async (maxChars) => (await evaluate(`(${readDocument})(${maxChars})`)) as Snapshot,
  }
}

// Text, because it runs in the page.
const untilIdle = `(longestMs) => new Promise((resolve) => {
  setTimeout(resolve, longestMs)
  requestAnimationFrame(() => requestIdleCallback(() => resolve()))
})`

const readDocument = `(maxChars) => {
  const { doctype, documentElement } = document
  const start = doctype ? new XMLSerializer().serializeToString(doctype) : ''
  const html = start + (documentElement ? documentElement.outerHTML : '')
  return { html: html.slice(0, maxChars), cut: html.length > maxChars }
}`
