import { connect } from 'node:net'

const probeTimeoutMs = 1_000

/** True when an HTTP GET of the address answers 200. */
export async function httpAnswers(url: string): Promise<boolean> {
  try {
    const answer = await fetch(url, { signal: AbortSignal.timeout(probeTimeoutMs) })
    await answer.body?.cancel()
    return answer.status === 200
  } catch {
    return false
  }
}

/** True when something accepts a connection on the loopback port. */
export async function portAccepts(port: number): Promise<boolean> {
  return (await firstBytes(port, false)) !== null
}

/** True when a nats-server greets on the port and has JetStream on (it listens after its streams are recovered). */
export async function natsAnswers(port: number): Promise<boolean> {
  const greeting = await firstBytes(port, true)
  return greeting?.startsWith('INFO ') === true && greeting.includes('"jetstream":true')
}

/** The first thing a server says, '' when nothing is waited for, null when it can't be reached or says nothing. */
function firstBytes(port: number, waitForData: boolean): Promise<string | null> {
  return new Promise((resolve) => {
    const socket = connect({ port, host: '127.0.0.1' })
    const end = (text: string | null) => {
      socket.destroy()
      resolve(text)
    }
    socket.setTimeout(probeTimeoutMs, () => end(null))
    socket.once('error', () => end(null))
    socket.once('connect', () => (waitForData ? undefined : end('')))
    socket.once('data', (chunk) => end(chunk.toString('latin1')))
    socket.once('close', () => end(null))
  })
}
