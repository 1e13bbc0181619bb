import { createReadStream, type ReadStream } from 'node:fs'
import type { Bus } from '@seine/bus'
import { type KnownPages, knownPageLimits, knownPages } from '@seine/contracts'
import { type Change, isGone, type JoinedPage, linesOf, openTextFile, statusOf } from '@seine/reports'

type Known = KnownPages['pages'][number]

/** What is known of each page, on its way to whoever asks for a site's pages: put aside until the export is whole. */
export interface KnownSpool extends AsyncDisposable {
  /** A page with what changed of it. `isReported`: its issues are still to come. */
  add(page: JoinedPage, changes: readonly Change[], isReported: boolean): Promise<void>
  /** The codes of the next reported page, in the order in which they were added. */
  addIssues(codes: readonly string[]): Promise<void>
  /** Publishes all in batches, the same ones each time; resolves when the stream has stored them. Once, and nothing is added then. */
  publish(
    bus: Pick<Bus, 'publish'>,
    of: Pick<KnownPages, 'runId' | 'site' | 'attempt' | 'isCompared'>,
    signal: AbortSignal,
  ): Promise<void>
}

/** `file`: in the folder of the work, and gone with it. */
export function openKnownSpool(file: string): KnownSpool {
  const pages = openTextFile(file)
  const issues = openTextFile(`${file}.issues`)
  return {
    async add(page, changes, isReported) {
      const known = knownPage(page, changes, isReported)
      if (known !== null) await pages.write(`${isReported ? '+' : '-'}${JSON.stringify(known)}\n`)
    },
    addIssues: (codes) => issues.write(`${codes.slice(0, knownPageLimits.maxIssues).join(' ')}\n`),
    async publish(bus, of, signal) {
      await pages.end()
      await issues.end()
      const issueBytes = open(`${file}.issues`)
      const codes = linesOf(issueBytes)
      let batch = 0
      let held: Known[] = []
      let bytes = 0
      const send = async (): Promise<void> => {
        await bus.publish(knownPages, { ...of, batch: batch++, pages: held })
        held = []
        bytes = 0
      }
      try {
        for await (const line of linesOf(open(file))) {
          signal.throwIfAborted()
          const known = JSON.parse(line.slice(1)) as Known
          let more = 0
          if (line.startsWith('+')) {
            const { value } = await codes.next()
            if (value) known.issues = value.split(' ')
            more = value?.length ?? 0
          }
          const lineBytes = Buffer.byteLength(line) + 2 * more
          if (held.length === knownPageLimits.maxPerBatch || bytes + lineBytes > knownPageLimits.maxBatchBytes)
            await send()
          held.push(known)
          bytes += lineBytes
        }
      } finally {
        // Not read to its end, and perhaps not begun: the file would stay open.
        issueBytes.destroy()
      }
      if (held.length > 0 || batch === 0) await send()
    },
    async [Symbol.asyncDispose]() {
      await pages.abort()
      await issues.abort()
    },
  }
}

const open = (file: string): ReadStream => createReadStream(file, { highWaterMark: 256 * 1024 })

/** Null: it is no page of the site's, now or before, that a run had a part for. */
export function knownPage(page: JoinedPage, changes: readonly Change[], isReported: boolean): Known | null {
  const { url, ledger, record, previous } = page
  const wasGone = previous !== null && isGone(previous.status)
  const isLeft = ledger === null && (wasGone || changes.some(({ change }) => change === 'removed'))
  if (!isReported && previous === null) return null
  const state = ledger !== null && isReported ? stateOf(ledger.outcome) : isLeft ? 'gone' : 'not-checked'
  const product = state === 'ok' ? record?.product : null
  // A page that could not be read is still called what it was called.
  const before = state === 'ok' ? null : previous
  return {
    url,
    state,
    reason: state === 'ok' ? '' : cut(changes.find(({ reason }) => reason !== null)?.reason ?? ledger?.reason ?? ''),
    status: ledger === null ? (previous?.status ?? 0) : statusOf({ ledger, record }),
    title: cut(record?.seo?.title ?? before?.seo?.title ?? null),
    name: cut(product?.name ?? before?.product?.name ?? null),
    price: product?.price ?? null,
    currency: product?.currency ?? null,
    availability: cut(product?.availability ?? null),
    issues: [],
    changes: changesOf(changes),
    fetchedAt: isReported ? (record?.fetchedAt ?? null) : null,
  }
}

const stateOf = (outcome: string): Known['state'] =>
  outcome === 'failed' ? 'failed' : outcome === 'skipped' ? 'skipped' : 'ok'

function changesOf(changes: readonly Change[]): string[] {
  const names = changes.flatMap(({ change, field }) =>
    change === 'not_checked' ? [] : change === 'changed' ? (field === null ? [] : [field]) : [change],
  )
  return [...new Set(names)].slice(0, knownPageLimits.maxChanges)
}

function cut<T extends string | null>(value: T): T {
  if (value === null || value.length <= knownPageLimits.maxTextChars) return value
  return value.slice(0, knownPageLimits.maxTextChars).toWellFormed() as T
}
