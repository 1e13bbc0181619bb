import { execFile } from 'node:child_process'
import { promisify } from 'node:util'

const run = promisify(execFile)
const ip = (...args: string[]) => run('ip', args)

/**
 * Where a service runs: in a network of its own with two cables, one to broker and database, which can be pulled out, and one
 * to everything else. Where no networks can be made it is this machine's own, and nothing can be pulled.
 */
export interface Pod {
  /** What runs a command in it. */
  readonly runBy: readonly string[]
  /** Its own address, where the outside reaches it. */
  readonly address: string
  /** This machine's address at the end of the cable that can be pulled. */
  readonly gatewayAddress: string
  /** Takes the cable out: nothing passes and nobody is told. Null: it can't be. */
  readonly cable: Cable | null
  remove(): Promise<void>
}

export interface Cable {
  cut(): Promise<void>
  plugIn(): Promise<void>
}

/** Addresses of this machine that services reach from their networks. */
export interface Outside {
  /** May be asked for pages. */
  readonly webAddress: string
  /** May not: no address of a site, but one that answers. */
  readonly forbiddenAddress: string
  remove(): Promise<void>
}

const loopback = '127.0.0.1'
const webAddress = '10.214.0.1'
const forbiddenAddress = '10.214.0.2'

/** Pods without networks: for machines where this process may not make any. */
export const plainPod: Pod = {
  runBy: [],
  address: loopback,
  gatewayAddress: loopback,
  cable: null,
  remove: async () => {},
}

/** Without networks the forbidden address is one of loopback that no fetcher may ask. */
export const plainOutside: Outside = { webAddress: loopback, forbiddenAddress: '127.0.0.2', remove: async () => {} }

/** Addresses beside the cables, also where a run that was killed left some. */
export async function makeOutside(): Promise<Outside> {
  const remove = async () => {
    for (const address of [webAddress, forbiddenAddress])
      await ip('addr', 'del', `${address}/32`, 'dev', 'lo').catch(() => undefined)
  }
  await remove()
  for (const address of [webAddress, forbiddenAddress]) await ip('addr', 'add', `${address}/32`, 'dev', 'lo')
  return { webAddress, forbiddenAddress, remove }
}

/** The pod of that number, from 1 to 254, made anew. */
export async function makePod(number: number): Promise<Pod> {
  const network = `seine-chaos-${number}`
  const address = (last: number) => `10.214.${number}.${last}`
  const remove = async () => void (await ip('netns', 'del', network).catch(() => undefined))
  const inside = (...args: string[]) => ip('-n', network, ...args)

  async function lay(cable: string, here: number, there: number): Promise<string> {
    const plug = `chaos${number}${cable}`
    await ip('link', 'del', plug).catch(() => undefined)
    await ip('link', 'add', plug, 'type', 'veth', 'peer', 'name', cable, 'netns', network)
    await ip('addr', 'add', `${address(here)}/30`, 'dev', plug)
    await ip('link', 'set', plug, 'up')
    await inside('addr', 'add', `${address(there)}/30`, 'dev', cable)
    await inside('link', 'set', cable, 'up')
    return plug
  }

  await remove()
  await ip('netns', 'add', network)
  await inside('link', 'set', 'lo', 'up')
  const plug = await lay('mesh', 1, 2)
  await lay('world', 5, 6)
  await inside('route', 'add', 'default', 'via', address(5))
  return {
    runBy: ['ip', 'netns', 'exec', network],
    address: address(6),
    gatewayAddress: address(1),
    // This end: the service's own would know at once that it has no network.
    cable: {
      cut: async () => void (await ip('link', 'set', plug, 'down')),
      plugIn: async () => void (await ip('link', 'set', plug, 'up')),
    },
    remove,
  }
}
