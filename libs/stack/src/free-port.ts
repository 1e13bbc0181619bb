import { randomInt } from 'node:crypto'
import { createServer } from 'node:net'

/**
 * Below every system's ephemeral range (Linux starts at 32,768): a server that was killed finds its port again,
 * because no outgoing connection can have been given it meanwhile.
 */
const lowestPort = 20_000
const highestPort = 32_000
const maxTries = 200

const given = new Set<number>()

/**
 * A free loopback port, the preferred one if it can be had, never the same one twice in a process. Throws when 200
 * random ones were all taken.
 */
export async function freePort(preferred?: number): Promise<number> {
  for (let tries = 0; tries < maxTries; tries++) {
    const port = tries === 0 && preferred !== undefined ? preferred : randomInt(lowestPort, highestPort)
    if (given.has(port) || !(await isFree(port))) continue
    given.add(port)
    return port
  }
  throw new Error(`no free port among ${maxTries} tried between ${lowestPort} and ${highestPort} on 127.0.0.1`)
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer()
    server.once('error', () => resolve(false))
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)))
  })
}
