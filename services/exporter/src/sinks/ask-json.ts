/** Asks a service for JSON. Throws with the status and the start of the answer where it refuses. */
export type AskJson = (
  url: string,
  init: { method: string; headers: Record<string, string>; body?: string; signal: AbortSignal },
) => Promise<unknown>

const timeoutMs = 30_000
/** An answer that is longer is given up: nothing that is asked here is answered at such length. */
export const maxAnswerBytes = 32 * 1024 ** 2
const shownChars = 200

/** With a timeout, a bound on the answer, and no redirects: the credentials are for this address alone. */
export const askJson: AskJson = async (url, { signal, ...init }) => {
  const response = await fetch(url, {
    ...init,
    redirect: 'error',
    signal: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
  })
  const text = await boundedText(response)
  if (!response.ok) {
    const said = text.replace(/\s+/g, ' ').slice(0, shownChars)
    throw new Error(`${new URL(url).host} answered ${response.status}: ${said}`)
  }
  return JSON.parse(text)
}

async function boundedText({ body }: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let bytes = 0
  for await (const chunk of body ?? []) {
    bytes += chunk.byteLength
    if (bytes > maxAnswerBytes) throw new Error(`the answer is longer than ${maxAnswerBytes} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
