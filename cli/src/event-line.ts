import type { SeineEvent } from '@seine/contracts'
import { endedPages, formatBytes, formatCount, formatDuration, formatEta, formatRate } from './format.ts'

/** An event as one line for people: `12:03:04 info  shop  site.step  discover → fetch`. */
export function eventLine(event: SeineEvent): string {
  const { ts, level, site = '—', type } = event
  return `${ts.slice(11, 19)} ${level.padEnd(5)} ${site.padEnd(16)} ${type.padEnd(16)} ${wordsOf(event)}`.trimEnd()
}

function wordsOf({ type, data, step }: SeineEvent): string {
  switch (type) {
    case 'run.created':
      return `${formatCount(data.sites)} sites${data.dryRun ? ', dry run' : ''}`
    case 'run.started':
    case 'run.paused':
    case 'site.started':
      return ''
    case 'site.step':
      return `${data.from === null ? '' : `${data.from} → `}${step ?? ''}`
    case 'run.progress':
      return `${data.sitesDone}/${data.sites} sites, ${progressWords(data)}`
    case 'site.progress':
      return progressWords(data)
    case 'run.finished':
    case 'site.finished': {
      const { status, reason, counts, durationMs, quality } = data
      const poor = quality === undefined || quality.status === 'passed' ? '' : `; quality: ${quality.status}`
      return `${status}${reason === null ? '' : ` (${reason})`}: ${countWords(counts)} in ${formatDuration(durationMs)}${poor}`
    }
    case 'pages.failed':
      return `${formatCount(data.pages)} pages failed so far: ${data.reason}`
    case 'artifact.written': {
      const { path, sizeBytes, reason } = data.artifact
      return `${path}, ${formatBytes(sizeBytes)}, ${reason}`
    }
    case 'host.blocked':
      return `${data.host} until ${new Date(data.untilMs).toISOString().slice(11, 19)}: ${data.reason}`
    case 'host.breaker':
      return `${data.host} ${data.state}${data.reason === undefined ? '' : `: ${data.reason}`}`
    case 'cache.hit':
      return `${formatCount(data.pages)} pages are what they were`
    case 'cache.miss':
      return `${formatCount(data.pages)} pages have changed`
    case 'retention.planned':
      return `${formatCount(data.pages)} pages and ${formatBytes(data.artifactBytes)} of reports go after ${data.after.slice(0, 16)} (${data.reason})`
    case 'sink.delivered':
      return `${data.sink}: ${data.detail}`
    case 'sink.failed':
      return `${data.sink} did not take the run (${data.tries} tries): ${data.detail}`
    case 'robots.overridden':
      return `${data.host}: ${data.reason}`
    case 'webhook.disabled':
      return `${data.name}: ${data.reason}`
    case 'site.render':
      return `${data.from} → ${data.to}: ${data.reason}`
    case 'proxy.residential':
      return `${data.host} is asked through residential proxies, as policy ${data.policy} says`
  }
}

type Progress = Extract<SeineEvent, { type: 'site.progress' }>['data']

function progressWords({ counts, pagesPerSecond, eta }: Pick<Progress, 'counts' | 'pagesPerSecond' | 'eta'>): string {
  const pages = `${formatCount(endedPages(counts))}/${formatCount(counts.discovered)} pages`
  return `${pages}, ${formatRate(pagesPerSecond)}, ${formatEta(eta)}`
}

function countWords({ ok, unchanged, failed, skipped }: Progress['counts']): string {
  return `${formatCount(ok)} ok, ${formatCount(unchanged)} unchanged, ${formatCount(failed)} failed, ${formatCount(skipped)} skipped`
}
