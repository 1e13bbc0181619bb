import type { RetentionReport } from '@seine/client'
import type { Command } from './command.ts'
import { exitCodes } from './exit-codes.ts'
import { readFlags } from './flags.ts'
import { formatBytes, formatCount } from './format.ts'
import { withGateway } from './gateway.ts'
import { gatewayFlags } from './run-arguments.ts'
import { table } from './table.ts'

export const command: Command = {
  name: 'retention',
  summary: 'Let go now of old results and files that are not to be kept, or say which',
  usage: 'seine retention [--dry-run] [--json] [--gateway url]',
  examples: ['seine retention --dry-run', 'seine retention'],
  async run(args, io) {
    const flags = readFlags(command, args, { ...gatewayFlags, 'dry-run': { type: 'boolean', default: false } }, io)
    if (flags === null) return exitCodes.usage
    const dryRun = flags['dry-run']
    return withGateway(command, flags.gateway, io, async (client) => {
      const report = await client.retain({ dryRun })
      io.stdout.write(flags.json ? `${JSON.stringify(report)}\n` : retentionText(report, dryRun))
      return exitCodes.ok
    })
  },
}

const reasons = { runs: 'newer ones are enough', days: 'too old' } as const

export function retentionText({ siteRuns, total, pages, artifactBytes }: RetentionReport, dryRun: boolean): string {
  if (total === 0) return 'Everything is to be kept.\n'
  const rows = siteRuns.map((siteRun) => [
    siteRun.runId,
    siteRun.site,
    siteRun.finishedAt.slice(0, 16).replace('T', ' '),
    formatCount(siteRun.pages),
    formatBytes(siteRun.artifactBytes),
    reasons[siteRun.reason],
  ])
  const listed = table(['run', 'site', 'ended', 'pages', 'reports', 'why'], rows)
  const more = total > siteRuns.length ? `and ${formatCount(total - siteRuns.length)} more\n` : ''
  const many = (count: number, what: string): string => `${formatCount(count)} ${what}${count === 1 ? '' : 's'}`
  const what = `${many(total, 'site run')}, ${many(pages, 'page')}, ${formatBytes(artifactBytes)} of reports, and their stored pages`
  return `${listed}${more}\n${what} ${dryRun ? 'would go: nothing was done' : 'are let go of'}.\n`
}
