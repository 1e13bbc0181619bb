import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { setTimeout as sleep } from 'node:timers/promises'
import type { ArtifactStore } from '@seine/artifacts'
import type { Bus } from '@seine/bus'
import { eventMessage, eventsPath, eventTypes, type SeineEvent, type SiteRun } from '@seine/contracts'

/** Events past this are not written; the last line says how many those are. */
export const maxEventsBytes = 32 * 1024 ** 2
const pollMs = 250

/** Where a run is, told several times a second: its end says all of it. */
const told = new Set<string>(eventTypes.filter((type) => !type.endsWith('.progress') && !type.startsWith('cache.')))

export interface RunEventsDeps {
  readonly bus: Pick<Bus, 'replay'>
  readonly store: Pick<ArtifactStore, 'open'>
  /** Longest wait for the last events of sites that ended just now: they are told after it is so in the database. */
  readonly maxWaitMs: number
}

/**
 * Writes `events.jsonl` into `dir` and gives its path: the log of a run as an analyst reads it, an event a line in the order of
 * its stream, up to the end of its last site, without progress. What an earlier packing wrote comes first as it is, because
 * the stream forgets after a week: so the same run gives the same bytes, then too. Keeps I8.
 */
export async function writeRunEvents(
  deps: RunEventsDeps,
  run: { runId: string; sites: readonly Pick<SiteRun, 'finishedAt'>[]; dir: string },
  signal: AbortSignal,
): Promise<string> {
  const { runId, sites, dir } = run
  const ends = sites.flatMap(({ finishedAt }) => (finishedAt === null ? [] : Date.parse(finishedAt)))
  const before = await linesOf(deps.store, eventsPath(runId))
  const events = await readUntilEnd(deps, runId, ends.length, signal)
  const untilMs = Math.max(0, ...ends)
  const known = new Set(before.map(idOf))
  const lines = events.filter(({ event }) => Date.parse(event.ts) <= untilMs && !known.has(event.id))
  const file = join(dir, 'events.jsonl')
  const all = bounded([...before, ...lines.map(({ json }) => json)])
  await writeFile(file, all.map((line) => `${line}\n`).join(''))
  return file
}

interface Line {
  readonly seq: number
  readonly json: string
  readonly event: SeineEvent
}

/** The events there are, once every site's end is among them, or the time is up. */
async function readUntilEnd(deps: RunEventsDeps, runId: string, ended: number, signal: AbortSignal): Promise<Line[]> {
  for (let waitedMs = 0; ; waitedMs += pollMs) {
    const lines = await read(deps.bus, runId, signal)
    const finished = new Set(lines.flatMap(({ event }) => (event.type === 'site.finished' ? [event.site] : [])))
    if (finished.size >= ended || waitedMs >= deps.maxWaitMs) return lines
    await sleep(pollMs, undefined, { signal })
  }
}

async function read(bus: RunEventsDeps['bus'], runId: string, signal: AbortSignal): Promise<Line[]> {
  const lines: Line[] = []
  let bytes = 0
  // One filter at a time: that is what an exporter may ask the broker for, and it leaves progress unread.
  for (const type of told)
    for await (const { data, seq } of bus.replay(`event.${runId}.*.${type}`, { stream: eventMessage.stream })) {
      signal.throwIfAborted()
      bytes += data.byteLength
      // More than fits, so that the cut is seen below; what is not even counted is past all reading.
      if (bytes > maxEventsBytes * 2) break
      const json = Buffer.from(data).toString('utf8')
      lines.push({ seq, json, event: JSON.parse(json) as SeineEvent })
    }
  return lines.sort((a, b) => a.seq - b.seq)
}

async function linesOf(store: RunEventsDeps['store'], path: string): Promise<string[]> {
  const opened = await store.open(path)
  if (opened === null) return []
  return (await text(opened.stream)).split('\n').filter((line) => line !== '' && !line.startsWith(cutStart))
}

const idOf = (line: string): string => (JSON.parse(line) as SeineEvent).id

const cutStart = '{"cut":'

function bounded(lines: readonly string[]): string[] {
  let bytes = 0
  const fits = lines.findIndex((line) => {
    bytes += line.length + 1
    return bytes > maxEventsBytes
  })
  return fits < 0 ? [...lines] : [...lines.slice(0, fits), `${cutStart}${lines.length - fits}}`]
}
