import { randomUUID } from 'node:crypto'
import type { RunOptions } from '@seine/contracts'
import type { Command, CommandIo } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { readCount, readFlags } from './flags.ts'
import { followToEnd } from './follow-to-end.ts'
import { withGateway } from './gateway.ts'
import { planSummary } from './plan-summary.ts'
import { qualityFlag, readFailOnQuality } from './quality-flag.ts'
import { gatewayFlags } from './run-arguments.ts'

export const command: Command = {
  name: 'run',
  summary: 'Start a run over all sites or some, and watch it to its end',
  usage:
    'seine run [--sites a,b] [--group name] [--exclude a,b] [--limit n] [--concurrency n] [--policy name] [--rate n] [--dry-run] [--skip-existing] [--fail-on-quality warning|failed|never] [--plan] [--detach] [--json] [--gateway url]',
  examples: [
    'seine run',
    'seine run --sites shop,blog --limit 100',
    'seine run --group shops --exclude blog --plan',
    'seine run --policy gentle --rate 0.5',
    'seine run --dry-run --json',
    'seine run --skip-existing --detach',
  ],
  async run(args, io) {
    const flags = readFlags(
      command,
      args,
      {
        ...gatewayFlags,
        ...qualityFlag,
        sites: { type: 'string' },
        group: { type: 'string' },
        exclude: { type: 'string' },
        policy: { type: 'string' },
        rate: { type: 'string' },
        limit: { type: 'string' },
        concurrency: { type: 'string' },
        'dry-run': { type: 'boolean', default: false },
        'skip-existing': { type: 'boolean', default: false },
        plan: { type: 'boolean', default: false },
        detach: { type: 'boolean', default: false },
      },
      io,
    )
    if (flags === null) return exitCodes.usage
    const failOnQuality = readFailOnQuality(command, flags['fail-on-quality'], io)
    if (failOnQuality === null) return exitCodes.usage
    const options: Partial<RunOptions> = { dry_run: flags['dry-run'], skip_existing: flags['skip-existing'] }
    if (flags.sites !== undefined) options.sites = namesIn(flags.sites)
    if (flags.exclude !== undefined) options.exclude = namesIn(flags.exclude)
    if (flags.group !== undefined) options.group = flags.group
    if (flags.policy !== undefined) options.policy = flags.policy
    if (flags.rate !== undefined) {
      const ratePerSecond = readRate(flags.rate, io)
      if (ratePerSecond === null) return exitCodes.usage
      options.at_most = { ratePerSecond }
    }
    for (const [name, max] of [
      ['limit', 10_000_000],
      ['concurrency', 1_000],
    ] as const) {
      const text = flags[name]
      if (text === undefined) continue
      const count = readCount(command, name, text, { min: 1, max }, io)
      if (count === null) return exitCodes.usage
      options[name] = count
    }
    return withGateway(command, flags.gateway, io, async (client) => {
      if (flags.plan) {
        const plan = await client.planRun(options)
        io.stdout.write(flags.json ? `${JSON.stringify(plan)}\n` : planSummary(plan))
        return exitCodes.ok
      }
      const created = await client.createRun(options, { idempotencyKey: randomUUID() })
      if (flags.detach) {
        io.stdout.write(flags.json ? `${JSON.stringify(created)}\n` : `${created.id}\n`)
        return exitCodes.ok
      }
      if (!flags.json) io.stdout.write(`Run ${created.id}\n`)
      return followToEnd(client, created.id, { since: 0, json: flags.json, failOnQuality }, io)
    })
  },
}

const namesIn = (text: string): string[] => text.split(',').map((name) => name.trim())

/** Requests a second; null after a line on stderr. */
function readRate(text: string, io: CommandIo): number | null {
  const rate = Number(text)
  if (text !== '' && rate > 0 && rate <= 10_000) return rate
  io.stderr.write(`seine run: --rate: expected requests a second above 0, got '${text}'\nusage: ${command.usage}\n`)
  return null
}
