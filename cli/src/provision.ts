import { brokerOf, connectBus, provision } from '@seine/bus'
import { commonEnv, createLogger, readConfig } from '@seine/runtime'
import { z } from 'zod'
import type { Command } from './command.ts'
import { readFlags } from './flags.ts'

const environment = z.object({
  NATS_SERVERS: commonEnv.NATS_SERVERS,
  NATS_USER: commonEnv.NATS_USER,
  NATS_PASSWORD: commonEnv.NATS_PASSWORD,
  NATS_TLS_CA: commonEnv.NATS_TLS_CA,
  NATS_TLS_CERT: commonEnv.NATS_TLS_CERT,
  NATS_TLS_KEY: commonEnv.NATS_TLS_KEY,
})

export const command: Command = {
  name: 'provision',
  summary: 'Bring the broker’s streams, consumers and buckets to what the contracts say',
  usage: 'seine provision [--replicas 1|3|5] [--json]   (NATS_SERVERS, NATS_USER, NATS_PASSWORD)',
  examples: ['NATS_SERVERS=nats://nats:4222 seine provision --replicas 3'],
  async run(args, io) {
    const options = { replicas: { type: 'string', default: '1' }, json: { type: 'boolean', default: false } } as const
    const flags = readFlags(command, args, options, io)
    if (flags === null) return 2
    // Two lose their majority with the first one that fails.
    const replicas = ([1, 3, 5] as const).find((count) => String(count) === flags.replicas)
    if (replicas === undefined) {
      io.stderr.write(`seine provision: --replicas: expected 1, 3 or 5, got '${flags.replicas}'\n`)
      return 2
    }
    try {
      const config = readConfig(environment, io.env)
      const log = createLogger('provision', { level: 'warn', write: (line) => io.stderr.write(line) })
      await using bus = await connectBus(brokerOf(config, 'provision'), log)
      const changes = await provision(bus, { replicas })
      if (flags.json) io.stdout.write(`${JSON.stringify({ changes })}\n`)
      else io.stdout.write(changes.length === 0 ? 'Nothing to change.\n' : `${changes.join('\n')}\n`)
      return 0
    } catch (error) {
      io.stderr.write(`seine provision: ${error instanceof Error ? error.message : String(error)}\n`)
      return 1
    }
  },
}
