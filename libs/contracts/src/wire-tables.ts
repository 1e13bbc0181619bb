import { buckets } from './buckets.ts'
import { consumers } from './consumers.ts'
import { discovered } from './discovered.ts'
import { errorReport } from './error-report.ts'
import { eventMessage } from './event.ts'
import { exportResult } from './export-result.ts'
import { exportArchive, exportSite } from './export-work.ts'
import { knownPages } from './known-pages.ts'
import { pageChanges } from './page-changes.ts'
import { pageResult } from './page-result.ts'
import { removeArtifacts } from './retention.ts'
import { fetcherRpc, schedulerRpc } from './rpc.ts'
import { diffResult, exportDiff } from './run-diff.ts'
import { exportSinks } from './run-sinks.ts'
import { type StreamSettings, streams } from './streams.ts'
import { fetchTask } from './task.ts'

/** Every message of the mesh. */
export const messages = [
  fetchTask,
  discovered,
  pageResult,
  exportSite,
  exportArchive,
  exportDiff,
  exportSinks,
  removeArtifacts,
  exportResult,
  pageChanges,
  knownPages,
  diffResult,
  eventMessage,
  errorReport,
] as const

/** What travels on the wire, as Markdown tables made from the declarations: the generated part of ARCHITECTURE.md. */
export function wireTables(): string {
  return [
    table(
      ['message', 'subject', 'stream', 'about'],
      messages.map((m) => [`\`${m.name}\``, `\`${m.subjectPattern}\``, `\`${m.stream}\``, m.about]),
    ),
    table(
      ['stream', 'subjects', 'settings', 'about'],
      Object.values(streams).map((s) => [`\`${s.name}\``, s.subjects.map(code).join(' '), streamSettings(s), s.about]),
    ),
    table(
      ['consumer', 'stream', 'filters', 'ack wait', 'about'],
      Object.values(consumers).map((c) => [
        `\`${c.durable}\``,
        `\`${c.stream}\``,
        c.filters.map(code).join(' '),
        duration(c.ackWaitMs),
        c.about + (c.headersOnly ? ' Headers only.' : ''),
      ]),
    ),
    table(
      ['bucket', 'entries live', 'about'],
      Object.values(buckets).map((b) => [`\`${b.name}\``, b.ttlMs === 0 ? 'for ever' : duration(b.ttlMs), b.about]),
    ),
    table(
      ['request', 'about'],
      [...Object.values(schedulerRpc), ...Object.values(fetcherRpc)].map((r) => [`\`${r.name}\``, r.about]),
    ),
  ].join('\n\n')
}

function streamSettings(s: StreamSettings): string {
  return [
    s.retention === 'workqueue' ? 'work queue' : 'limits',
    `discard ${s.discard}`,
    ...(s.maxMessagesPerSubject === undefined ? [] : [`${s.maxMessagesPerSubject} a subject`]),
    ...(s.maxBytes === undefined ? [] : [`${s.maxBytes / 1024 ** 2} MiB`]),
    duration(s.maxAgeMs),
    ...(s.compression === 'none' ? [] : [s.compression]),
    s.persist,
  ].join(', ')
}

function duration(ms: number): string {
  const units: [number, string][] = [
    [86_400_000, 'd'],
    [3_600_000, 'h'],
    [60_000, 'min'],
  ]
  for (const [size, name] of units) if (ms >= size && ms % size === 0) return `${ms / size} ${name}`
  return `${ms / 1_000} s`
}

const code = (text: string): string => `\`${text}\``

function table(head: string[], rows: string[][]): string {
  const line = (cells: string[]) => `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}
