/** One event of a stream (WHATWG HTML §9.2.6). */
export interface SseEvent {
  /** The id last seen, this event's or an earlier one's. Empty: none yet. */
  readonly lastEventId: string
  readonly type: string
  readonly data: string
}

/** Longest event read: more is no event of ours. */
export const maxEventChars = 2 * 1024 ** 2

/**
 * Reads server-sent events out of text as it comes, cut anywhere. Comments are left out, `retry` is ignored.
 * Throws RangeError at an event over {@link maxEventChars}.
 */
export async function* readSse(chunks: AsyncIterable<string>): AsyncGenerator<SseEvent, void> {
  let pending = ''
  let lastEventId = ''
  let type = ''
  let data: string[] = []
  for await (const chunk of chunks) {
    pending += chunk
    // A line break of two characters may be cut in the middle: the second half waits for the rest.
    const usable = pending.endsWith('\r') ? pending.length - 1 : pending.length
    const lines = pending.slice(0, usable).split(/\r\n|\n|\r/)
    pending = lines.pop()! + pending.slice(usable)
    if (pending.length > maxEventChars) throw new RangeError('an event is too long')
    for (const line of lines) {
      if (line === '') {
        if (data.length > 0) yield { lastEventId, type: type || 'message', data: data.join('\n') }
        type = ''
        data = []
        continue
      }
      const [, field, value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line)!
      if (field === 'data') data.push(value)
      else if (field === 'event') type = value
      else if (field === 'id' && !value.includes('\0')) lastEventId = value
    }
  }
}
