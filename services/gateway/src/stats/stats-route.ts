import type { Bus } from '@seine/bus'
import { buckets, type ServiceReplica, schedulerRpc, serviceReplicaSchema, streams } from '@seine/contracts'
import { z } from 'zod'
import { type AnyRoute, defineRoute } from '../http/route.ts'

const statsSchema = schedulerRpc.stats.output.extend({
  /** Replicas that have said within 20 s that they are there, by service. */
  services: z.array(
    z.strictObject({
      name: z.string(),
      /** More than one while an update rolls out. */
      versions: z.array(z.string()),
      replicas: z.array(serviceReplicaSchema.omit({ name: true })),
    }),
  ),
  broker: z.strictObject({
    version: z.string(),
    roundTripMs: z.number(),
    streams: z.array(z.strictObject({ name: z.string(), messages: z.int(), bytes: z.int(), consumers: z.int() })),
  }),
})

type Stats = z.output<typeof statsSchema>

/** The state of the mesh in numbers: what autoscaling and an operator's first look need. */
export function statsRoute(bus: Pick<Bus, 'bucket' | 'call' | 'jsm' | 'nc'>): AnyRoute {
  return defineRoute({
    method: 'get',
    path: '/api/stats',
    id: 'getStats',
    access: 'read',
    summary: 'Backlog by pool, runs, replicas with their versions, broker and database in numbers.',
    answer: { kind: 'data', status: 200, schema: statsSchema },
    async handle(_input, { correlationId }) {
      const [backlog, replicas, broker] = await Promise.all([
        bus.call(schedulerRpc.stats, {}, { correlationId }),
        bus.bucket<ServiceReplica>(buckets.services).then((services) => services.list('>')),
        readBroker(bus),
      ])
      return { data: { ...backlog, services: byService(replicas.map(({ value }) => value)), broker } }
    },
  })
}

/** Services by name, replicas by their start. Pure. */
export function byService(replicas: readonly ServiceReplica[]): Stats['services'] {
  const grouped = Map.groupBy(replicas, ({ name }) => name)
  return [...grouped.entries()]
    .map(([name, all]) => ({
      name,
      versions: [...new Set(all.map(({ version }) => version))].sort(),
      replicas: all
        .map(({ name: _, ...replica }) => replica)
        .sort((a, b) => (a.startedAt + a.replica < b.startedAt + b.replica ? -1 : 1)),
    }))
    .sort((a, b) => (a.name < b.name ? -1 : 1))
}

async function readBroker({ nc, jsm }: Pick<Bus, 'jsm' | 'nc'>): Promise<Stats['broker']> {
  const manager = await jsm()
  const [roundTripMs, ...infos] = await Promise.all([
    nc.rtt(),
    ...Object.values(streams).map(({ name }) => manager.streams.info(name)),
  ])
  return {
    version: nc.info?.version ?? 'unknown',
    roundTripMs,
    streams: infos.map(({ config, state }) => ({
      name: config.name,
      messages: state.messages,
      bytes: state.bytes,
      consumers: state.consumer_count,
    })),
  }
}
