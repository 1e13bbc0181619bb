/**
 * The least that fetching and extracting costs: undici and the mesh's own extraction in one process, nothing kept, no politeness.
 * `node bench/fetcher-ceiling.ts <file of URLs on loopback> [--fetch-only]` prints CPU milliseconds a
 * page, of each fifth of them.
 */
import { readFileSync } from 'node:fs'
import { parseArgs } from 'node:util'
import { extractPage } from '@seine/extract'
import { Agent, request } from 'undici'

const concurrency = 64
const { values, positionals } = parseArgs({
  options: { 'fetch-only': { type: 'boolean', default: false } },
  allowPositionals: true,
})
const urls = readFileSync(positionals[0] ?? '', 'utf8').split('\n')
const dispatcher = new Agent({ connections: concurrency })
const cpuMs = () => {
  const { user, system } = process.cpuUsage()
  return (user + system) / 1_000
}
let next = 0
let done = 0
const spent = [cpuMs()]

async function work(): Promise<void> {
  for (let url = urls[next++]; url !== undefined; url = urls[next++]) {
    const { host, port, pathname } = new URL(url)
    const answer = await request(`http://127.0.0.1:${port}${pathname}`, { headers: { host }, dispatcher })
    const body = Buffer.from(await answer.body.arrayBuffer())
    if (!values['fetch-only']) {
      const headers = answer.headers as Record<string, string>
      extractPage({ url, html: body.toString('utf8'), headers, siteHosts: new Set([host]) })
    }
    if (++done % Math.ceil(urls.length / 5) === 0 || done === urls.length) spent.push(cpuMs())
  }
}

await Promise.all(Array.from({ length: concurrency }, work))
await dispatcher.close()
console.log(JSON.stringify(spent.slice(1).map((at, i) => (5 * (at - (spent[i] ?? 0))) / urls.length)))
