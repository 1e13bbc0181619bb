import type { RoundEvidence } from '../round-evidence.ts'

/** The log of a run tells each thing once, and every follower all of it, in order. */
export function eventsGapless(
  evidence: Pick<RoundEvidence, 'run' | 'events' | 'followed' | 'archivedEvents'>,
): string[] {
  const { run, events, followed, archivedEvents } = evidence
  const problems: string[] = []
  const ids = new Set<string>()
  for (const { event } of events)
    if (ids.size === ids.add(event.id).size) problems.push(`event ${event.type} ${event.id} is there twice`)
  const count = (type: string, site?: string) =>
    events.filter(({ event }) => event.type === type && (site === undefined || event.site === site)).length
  const once = (type: string, site?: string) => {
    const found = count(type, site)
    if (found !== 1) problems.push(`${type}${site === undefined ? '' : ` of ${site}`} is told ${found} times`)
  }
  for (const type of ['run.created', 'run.started', 'run.finished']) once(type)
  for (const { site } of run.sites) for (const type of ['site.started', 'site.finished']) once(type, site)
  if (events.at(-1)?.event.type !== 'run.finished' && !endsWithSinks(events)) {
    const after = events.slice(events.findLastIndex(({ event }) => event.type === 'run.finished') + 1)
    problems.push(`after run.finished comes ${after.map(({ event }) => event.type).join(', ')}`)
  }
  const seqs = events.map(({ seq }) => seq)
  for (const follower of followed) {
    // What comes after the run's end is not told to who follows the run alone.
    const told = new Set(follower.seqs)
    const missing = seqs.filter((seq) => !told.has(seq))
    if (missing.length > 0)
      problems.push(`${follower.by} was not told ${missing.length} events: ${missing.slice(0, 5)}`)
    if (follower.seqs.some((seq, i) => i > 0 && seq <= follower.seqs[i - 1]!))
      problems.push(`${follower.by} was told events out of order or twice`)
    if (follower.seqs.length > told.size) problems.push(`${follower.by} was told an event twice`)
  }
  const archived = archivedEvents.filter(({ type }) => type === 'site.finished').length
  if (archived !== run.sites.length) problems.push(`events.jsonl tells ${archived} sites’ end of ${run.sites.length}`)
  return problems
}

function endsWithSinks(events: RoundEvidence['events']): boolean {
  const last = events.findLastIndex(({ event }) => event.type === 'run.finished')
  return last >= 0 && events.slice(last + 1).every(({ event }) => event.type.startsWith('sink.'))
}
