import { connect, createServer, type Server as NetServer, type Socket } from 'node:net'

/** What is done to all that passes. */
interface Conditions {
  delayMs: number
  /** Directions in which nothing passes: `up` is towards the server. */
  readonly silent: Set<'up' | 'down'>
}

/** The way from a service to a server, through proxies of ours that can be told to misbehave. */
export interface Link extends AsyncDisposable {
  /** Bytes come so much later, in their order. 0: at once. */
  delay(byMs: number): void
  /** Nothing passes in that direction, the end of a connection neither, until it is heard again: nothing is lost. */
  silence(direction: 'up' | 'down'): void
  hear(direction: 'up' | 'down'): void
  /** Both sides see a reset. */
  reset(): void
}

/** A link that is one proxy. */
export interface Wire extends Link {
  readonly port: number
}

/** The way to a server of several nodes: what is done to it is done to each wire. */
export function linkOf(wires: readonly Wire[]): Link {
  const each = (act: (wire: Wire) => void) => wires.forEach(act)
  return {
    delay: (byMs) => each((wire) => wire.delay(byMs)),
    silence: (direction) => each((wire) => wire.silence(direction)),
    hear: (direction) => each((wire) => wire.hear(direction)),
    reset: () => each((wire) => wire.reset()),
    [Symbol.asyncDispose]: async () => {
      for (const wire of wires) await wire[Symbol.asyncDispose]()
    },
  }
}

/** Bytes of one direction of one connection that wait here; its sender waits beyond that. */
const maxHeldBytes = 4 * 1024 ** 2

/** Silence after which the other side is asked whether it is there. */
const keepAliveMs = 10_000

/** Listens at the host, on any free port, and passes on to the target's. */
export async function makeWire(host: string, target: { host: string; port: number }): Promise<Wire> {
  const conditions: Conditions = { delayMs: 0, silent: new Set() }
  const lanes = new Set<{ pass(): void }>()
  const sockets = new Set<Socket>()
  /** Whose other side is gone without their being told: a link was silent. */
  const orphans = new Set<Socket>()

  function join(near: Socket): void {
    const far = connect(target)
    const pair = [near, far]
    for (const socket of pair) {
      sockets.add(socket)
      socket.setNoDelay(true)
      // Stands for the server towards a client behind a cable: it looks as soon as a scheduler asks PostgreSQL to, and as Go does.
      socket.setKeepAlive(true, keepAliveMs)
      // What a lost side means for the other one is said below.
      socket.on('error', () => {})
    }
    const both = [makeLane(near, far, 'up', conditions), makeLane(far, near, 'down', conditions)]
    for (const lane of both) lanes.add(lane)
    const onGone = (gone: Socket, other: Socket) => () => {
      sockets.delete(gone)
      orphans.delete(gone)
      // An orderly end has gone its way along the lane. A crash of the far side must not be seen through a silent link.
      if (!gone.readableEnded) {
        if (conditions.silent.size === 0) other.destroy()
        else orphans.add(other)
      }
      if (!sockets.has(other)) for (const lane of both) lanes.delete(lane)
    }
    near.once('close', onGone(near, far))
    far.once('close', onGone(far, near))
  }

  const server = createServer({ allowHalfOpen: true }, join)
  await listen(server, host)
  const reset = () => {
    for (const socket of sockets) socket.resetAndDestroy()
  }
  const passAll = () => {
    for (const lane of lanes) lane.pass()
  }
  return {
    port: (server.address() as { port: number }).port,
    delay(byMs) {
      conditions.delayMs = byMs
      passAll()
    },
    silence: (direction) => void conditions.silent.add(direction),
    hear(direction) {
      conditions.silent.delete(direction)
      passAll()
      if (conditions.silent.size > 0) return
      for (const orphan of orphans) orphan.destroy()
      orphans.clear()
    },
    reset,
    async [Symbol.asyncDispose]() {
      const closed = new Promise((resolve) => server.close(resolve))
      reset()
      await closed
    },
  }
}

/** One direction of a connection. */
function makeLane(from: Socket, to: Socket, direction: 'up' | 'down', conditions: Conditions): { pass(): void } {
  const held: { bytes: Buffer | null; sinceMs: number }[] = []
  let heldBytes = 0
  let timer: NodeJS.Timeout | undefined

  function pass(): void {
    clearTimeout(timer)
    while (held[0] !== undefined && !conditions.silent.has(direction)) {
      const { bytes, sinceMs } = held[0]
      const waitMs = sinceMs + conditions.delayMs - performance.now()
      if (waitMs > 0) {
        timer = setTimeout(pass, waitMs)
        return
      }
      held.shift()
      if (bytes === null) to.end()
      else {
        heldBytes -= bytes.length
        if (!to.destroyed) to.write(bytes)
      }
    }
    if (heldBytes < maxHeldBytes && from.isPaused()) from.resume()
  }

  function take(bytes: Buffer | null): void {
    held.push({ bytes, sinceMs: performance.now() })
    heldBytes += bytes?.length ?? 0
    if (heldBytes >= maxHeldBytes) from.pause()
    if (held.length === 1) pass()
  }

  from.on('data', take)
  from.once('end', () => take(null))
  return { pass }
}

function listen(server: NetServer, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(0, host, resolve)
  })
}
