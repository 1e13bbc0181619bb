import { Agent, request } from 'undici'

export type FetchedBody = { url: string; status: number; headers: Record<string, string>; body: Buffer }

/** Fetches URLs of servers on loopback, so many at once, and hands each answer on: the least that a crawler does. */
export async function fetchAll(
  urls: readonly string[],
  concurrency: number,
  onPage: (page: FetchedBody) => void,
): Promise<void> {
  const dispatcher = new Agent({ connections: concurrency })
  let next = 0
  const work = async () => {
    for (let url = urls[next++]; url !== undefined; url = urls[next++]) {
      const { host, port, pathname } = new URL(url)
      const answer = await request(`http://127.0.0.1:${port}${pathname}`, { headers: { host }, dispatcher })
      const body = Buffer.from(await answer.body.arrayBuffer())
      onPage({ url, status: answer.statusCode, headers: answer.headers as Record<string, string>, body })
    }
  }
  await Promise.all(Array.from({ length: concurrency }, work))
  await dispatcher.close()
}
