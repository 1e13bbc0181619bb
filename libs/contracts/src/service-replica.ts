import { z } from 'zod'

/** One running replica, as it announces itself in the `services` bucket under `<name>.<replica>`. */
export const serviceReplicaSchema = z.strictObject({
  name: z.string(),
  /** Of this process alone. */
  replica: z.string(),
  version: z.string(),
  startedAt: z.string(),
})

export type ServiceReplica = z.output<typeof serviceReplicaSchema>

/** How often a replica says that it is there. Its entry lives four times as long. */
export const announceEveryMs = 5_000
