import type { HttpStream } from '@seine/net'

/** Drops an unread body, and its connection with it. */
export async function discard({ chunks }: HttpStream): Promise<void> {
  for await (const _chunk of chunks) break
}
