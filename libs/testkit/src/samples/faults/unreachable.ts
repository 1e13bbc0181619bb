import { once } from 'node:events'
import { connect, type Socket } from 'node:net'
import { Worker } from 'node:worker_threads'

const neverAccepts = `
  const { createServer } = require('node:net')
  const { parentPort } = require('node:worker_threads')
  const server = createServer().listen({ port: 0, host: '127.0.0.1', backlog: 1 }, () => {
    parentPort.postMessage(server.address().port)
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)
  })`
/** More than a queue of one holds, whatever the system adds to it. */
const queued = 4

/** A port that answers no SYN, as one behind a firewall: its queue of connections is full and nobody takes one out. */
export async function startUnreachablePort(): Promise<{ port: number; stop(): Promise<void> }> {
  const worker = new Worker(neverAccepts, { eval: true })
  const [port] = (await once(worker, 'message')) as [number]
  const waiting: Socket[] = Array.from({ length: queued }, () =>
    connect({ port, host: '127.0.0.1' }).on('error', () => {}),
  )
  return {
    port,
    async stop() {
      for (const socket of waiting) socket.destroy()
      await worker.terminate()
    },
  }
}
