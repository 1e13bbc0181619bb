import { describe, expect, it } from 'vitest'
import { type EventType, eventData, eventSchema } from './event.ts'
import { newId, urlIdOf } from './ids.ts'
import { outcomeHeader, pageResult, readOutcome } from './page-result.ts'
import { policySchema } from './policy.ts'
import { siteSchema } from './site.ts'
import { streams } from './streams.ts'
import { messages } from './wire-tables.ts'

const runId = newId(1)
const urlId = urlIdOf(runId, 'lamps', 'https://shop.example/')

describe('every message', () => {
  it.each(messages.map((m) => [m.name, m] as const))('%s travels on a subject its stream stores', (_name, message) => {
    const stored = streams[message.stream].subjects.some((s) => message.subjectPattern.startsWith(s.replace(/>$/, '')))
    expect(stored).toBe(true)
  })
})

describe('an outcome in a header', () => {
  it('survives what a header cannot hold', () => {
    const outcome = {
      urlId,
      attempt: 2,
      kind: 'page' as const,
      outcome: 'failed' as const,
      reason: 'http-404',
      status: 404,
      announcedBatches: 0,
      durationMs: 12.5,
      bytes: 0,
      detail: 'nicht gefunden: “größe”\r\nX: y \u0000 😀',
    }
    const header = pageResult.headers?.({ runId, site: 'lamps', outcome, record: null })[outcomeHeader] ?? ''
    expect(header).toMatch(/^[\x20-\x7e]+$/)
    expect(readOutcome(header)).toEqual(outcome)
  })
})

describe('an event', () => {
  const event = { ts: new Date(0).toISOString(), level: 'info', job_id: runId, step: null, id: newId(2) }

  it('is refused when its data is not its type’s', () => {
    const parsed = eventSchema.safeParse({ ...event, type: 'host.blocked', data: { host: 'a' } })
    expect(parsed.error?.issues.map((issue) => issue.path.join('.'))).toEqual(['data.untilMs', 'data.reason'])
  })

  it('has a type whose tokens are safe in a subject', () => {
    for (const type of Object.keys(eventData) as EventType[]) expect(type).toMatch(/^[a-z]+(\.[a-z-]+)+$/)
  })
})

describe('a policy', () => {
  it('is polite when it says nothing', () => {
    expect(policySchema.parse({})).toMatchObject({ ratePerSecond: 1, burst: 1, concurrency: 1, respectRobots: true })
  })

  it('wants a reason for not obeying robots.txt', () => {
    expect(policySchema.safeParse({ respectRobots: false }).error?.issues[0]?.path).toEqual(['robotsOverrideReason'])
    expect(policySchema.safeParse({ respectRobots: false, robotsOverrideReason: 'our own shop' }).success).toBe(true)
  })
})

describe('a site', () => {
  it('names the field that is wrong', () => {
    const parsed = siteSchema.safeParse({ name: 'A b', startUrls: ['ftp://x/'], include: ['('], colour: 1 })
    expect(parsed.error?.issues.map((issue) => issue.path.join('.')).sort()).toEqual([
      '',
      'include.0',
      'name',
      'startUrls.0',
    ])
  })
})
