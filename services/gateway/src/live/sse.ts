/** One thing said over server-sent events (WHATWG HTML §9.2). */
export interface SseFrame {
  readonly id?: string
  readonly event?: string
  /** Without line breaks. */
  readonly data?: string
  readonly comment?: string
  /** How long the client waits before it comes back. */
  readonly retryMs?: number
}

export function encodeFrame({ id, event, data, comment, retryMs }: SseFrame): string {
  let text = ''
  if (comment !== undefined) text += `: ${comment}\n`
  if (retryMs !== undefined) text += `retry: ${retryMs}\n`
  if (id !== undefined) text += `id: ${id}\n`
  if (event !== undefined) text += `event: ${event}\n`
  if (data !== undefined) text += `data: ${data}\n`
  return `${text}\n`
}

/** Sends frames as fast as the client reads them: the next one is made when the one before has gone. */
export function sseResponse(frames: AsyncGenerator<SseFrame, void>, onGone: () => void): Response {
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    async pull(controller) {
      const { done, value } = await frames.next()
      if (done === true) controller.close()
      else controller.enqueue(encoder.encode(encodeFrame(value)))
    },
    async cancel() {
      onGone()
      await frames.return()
    },
  })
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}
