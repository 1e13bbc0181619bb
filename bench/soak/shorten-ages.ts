import type { Bus } from '@seine/bus'

/** Streams and buckets whose entries go by age alone. Two hours would see them grow all the time, as they do for days. */
const agedStreams = ['EVENTS', 'KV_plans', 'KV_runs'] as const
const ageMs = 15 * 60_000

/** Lets entries live a quarter of an hour, so that a soak sees eight of their lives. What retention removes keeps its age. */
export async function shortenAges(bus: Bus): Promise<void> {
  const manager = await bus.jsm()
  for (const name of agedStreams) await manager.streams.update(name, { max_age: ageMs * 1_000_000 })
}
