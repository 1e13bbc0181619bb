/** What is read of a body that nobody wants; a client that sends more finds its connection closed. */
export const maxReadAwayBytes = 16 * 1024 ** 2

/**
 * Reads the rest of a refused body and throws it away: a server that closes while the client still sends takes the answer from
 * it, too (RFC 9112 §9.6).
 */
export async function readAway(body: ReadableStream<Uint8Array> | null): Promise<void> {
  if (body === null || body.locked) return
  let bytes = 0
  try {
    for await (const chunk of body) {
      bytes += chunk.byteLength
      if (bytes > maxReadAwayBytes) return
    }
  } catch {
    // The client has gone: nobody waits for the answer.
  }
}
