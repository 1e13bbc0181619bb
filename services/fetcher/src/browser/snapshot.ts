import type { Page } from 'playwright-core'

export interface Snapshot {
  readonly html: string
  /** The page was longer. */
  readonly cut: boolean
}

/**
 * The document as it stands, at most `maxChars` long. Read in a world of its own, where the page's scripts have put
 * nothing in the way, and cut there, so that a page can't send us more than that (keeps I7).
 */
export async function takeSnapshot(page: Page, maxChars: number): Promise<Snapshot> {
  const session = await page.context().newCDPSession(page)
  const { frameTree } = await session.send('Page.getFrameTree')
  const { executionContextId } = await session.send('Page.createIsolatedWorld', { frameId: frameTree.frame.id })
  const { result, exceptionDetails } = await session.send('Runtime.evaluate', {
    expression: `(${readDocument})(${maxChars})`,
    contextId: executionContextId,
    returnByValue: true,
  })
  if (exceptionDetails) throw new Error(`the document could not be read: ${exceptionDetails.text}`)
  return result.value as Snapshot
}

// Text, because it runs in the page.
const readDocument = `(maxChars) => {
  const { doctype, documentElement } = document
  const start = doctype ? new XMLSerializer().serializeToString(doctype) : ''
  const html = start + (documentElement ? documentElement.outerHTML : '')
  return { html: html.slice(0, maxChars), cut: html.length > maxChars }
}`
