import { mkdir, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { connectBus } from '@seine/bus'
import { silentLogger } from '@seine/runtime'
import { canMakeNetworks } from '../mesh/broker-cluster.ts'
import type { BrokerCount } from './brokers.ts'
import { type Disk, makeDisk } from './disk.ts'
import { type DiskName, disks as diskNames } from './fault.ts'
import { makeGateways } from './gateways.ts'
import { makeInjector } from './inject.ts'
import { serviceNamesOfMesh, startChaosMesh } from './mesh.ts'
import { makeOutside, makePod, type Pod, plainOutside, plainPod } from './pod.ts'
import { makeRepeater } from './repeat.ts'
import type { RoundDeps } from './round.ts'
import type { DoneFault } from './tally.ts'
import { chaosDomain, chaosSites, forbiddenHost } from './world/sites.ts'
import { startWeb } from './world/web.ts'

/** Everything that a round needs, up and running. */
export interface Laboratory extends RoundDeps {
  /** Faults done since the last call. */
  takeDone(): DoneFault[]
  stop(): Promise<void>
}

/** What this machine lets us do. Without the rest those faults are left out or done in another way. */
export interface Means {
  /** Networks of their own for services: cables can be pulled. Otherwise our proxies fall silent. */
  readonly pods: boolean
  /** Disks of our own: they can be filled. Otherwise they are not. */
  readonly disks: boolean
}

/** A spool has to hold the reports of one round, the others what many leave. */
const diskMegabytes: Readonly<Record<DiskName, number>> = { artifacts: 256, spool: 64, broker: 512, database: 512 }

export async function findMeans(folder: string): Promise<Means> {
  const disks = await makeDisk(join(folder, 'try'), 1).then(
    async (disk) => {
      await disk.remove()
      return true
    },
    () => false,
  )
  return { pods: await canMakeNetworks(), disks }
}

/** Starts web server, mesh and all that watches them. Nothing is left when it throws. */
export async function openLaboratory(folder: string, means: Means, brokers: BrokerCount): Promise<Laboratory> {
  const cleanups: (() => PromiseLike<unknown>)[] = []
  const stop = async () => {
    for (const cleanup of cleanups.splice(0).reverse()) await cleanup()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  try {
    await mkdir(folder, { recursive: true })
    const outside = means.pods ? await makeOutside() : plainOutside
    cleanups.push(outside.remove)
    const pods = new Map<string, Pod>()
    for (const [place, { name }] of serviceNamesOfMesh.entries()) {
      const pod = means.pods ? await makePod(place + 1) : plainPod
      pods.set(name, pod)
      cleanups.push(pod.remove)
    }
    const disks = new Map<DiskName, Disk>()
    for (const name of means.disks ? diskNames : []) {
      const disk = await makeDisk(join(folder, name), diskMegabytes[name])
      disks.set(name, disk)
      cleanups.push(disk.remove)
    }
    const web = await startWeb(outside.webAddress, outside.forbiddenAddress)
    cleanups.push(() => web[Symbol.asyncDispose]())
    const mesh = await startChaosMesh({
      dir: folder,
      podOf: (name) => pods.get(name) ?? plainPod,
      outside,
      env: {
        HOST_OVERRIDES: `${forbiddenHost}=${outside.forbiddenAddress},*.${chaosDomain}=${outside.webAddress}`,
        ALLOWED_PRIVATE_NETWORKS: `${outside.webAddress}/32`,
      },
      sites: chaosSites.map(({ name, entry }) => ({
        name,
        startUrls: [`${web.originOf(name)}/`],
        policy: name,
        ...(name === 'leaking' ? { hosts: [`${forbiddenHost}:${web.port}`] } : {}),
        ...entry,
      })),
      policies: { default: {}, ...Object.fromEntries(chaosSites.map(({ name, pace }) => [name, policyOf(pace)])) },
      folderOf: (name) => disks.get(name)?.path ?? join(folder, name),
      brokers,
    })
    cleanups.push(mesh.stop)
    const bus = await connectBus({ servers: mesh.natsServers, name: 'watcher' }, silentLogger)
    cleanups.push(() => bus[Symbol.asyncDispose]())
    const repeater = await makeRepeater(mesh.natsServers)
    cleanups.push(() => repeater[Symbol.asyncDispose]())
    let done: DoneFault[] = []
    const injector = makeInjector({
      mesh,
      disks,
      repeater,
      onDone: (fault, beganMs, endedMs) => done.push({ fault, beganMs, endedMs }),
    })
    const takeDone = () => {
      const taken = done
      done = []
      return taken
    }
    return { mesh, web, bus, repeater, injector, gateways: makeGateways(mesh), takeDone, stop }
  } catch (error) {
    await stop()
    throw error
  }
}

/** Patient: what is looked for is what we do wrong, and a page that failed because nobody could ask would hide it. */
function policyOf(pace: { ratePerSecond: number; burst: number; concurrency: number }) {
  return {
    ...pace,
    timeouts: { connectMs: 3_000, headersMs: 5_000, idleMs: 5_000, totalMs: 15_000 },
    retry: { maxAttempts: 4, baseMs: 200, capMs: 1_000, maxRetryAfterMs: 5_000 },
  }
}
