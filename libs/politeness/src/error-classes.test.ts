import { describe, expect, it } from 'vitest'
import { classify, type FailureKind, refused, type Verdict } from './error-classes.ts'

type Row = [next: Verdict['next'], reason: string, call: Verdict['call'], backoff: Verdict['backoff']]

describe('requests without an answer', () => {
  const table: Record<FailureKind, Row> = {
    'dns-not-found': ['stop-host', 'dns-not-found', 'failure', 'decorrelated'],
    'dns-error': ['retry', 'dns-error', 'failure', 'decorrelated'],
    'address-blocked': ['stop-host', 'address-blocked', 'cancelled', 'decorrelated'],
    'connect-refused': ['retry', 'connect-refused', 'failure', 'decorrelated'],
    'connect-timeout': ['retry', 'timeout-connect', 'failure', 'decorrelated'],
    reset: ['retry', 'connection-reset', 'failure', 'decorrelated'],
    tls: ['fail', 'tls', 'failure', 'decorrelated'],
    'headers-timeout': ['retry', 'timeout-headers', 'failure', 'decorrelated'],
    'idle-timeout': ['retry', 'timeout-idle', 'failure', 'decorrelated'],
    'total-timeout': ['retry', 'timeout-total', 'failure', 'decorrelated'],
    'headers-too-large': ['fail', 'headers-too-large', 'success', 'decorrelated'],
    'bad-encoding': ['fail', 'bad-encoding', 'success', 'decorrelated'],
    'decompression-bomb': ['fail', 'decompression-bomb', 'success', 'decorrelated'],
    'truncated-body': ['retry', 'truncated-body', 'failure', 'decorrelated'],
    protocol: ['retry', 'protocol-error', 'failure', 'decorrelated'],
    aborted: ['retry', 'aborted', 'cancelled', 'decorrelated'],
    'browser-crashed': ['retry', 'browser-crashed', 'success', 'decorrelated'],
    'render-timeout': ['retry', 'timeout-render', 'success', 'decorrelated'],
  }
  it.each(Object.entries(table) as [FailureKind, Row][])('%s', (kind, [next, reason, call, backoff]) => {
    expect(classify({ kind })).toMatchObject({ next, reason, call, backoff })
  })
})

describe('answers', () => {
  const same = (next: Verdict['next'], call: Verdict['call'], ...statuses: number[]): [number, Row][] =>
    statuses.map((status) => [status, [next, next === 'ok' ? '' : `http-${status}`, call, 'decorrelated']])
  const table: [number, Row][] = [
    ...same('ok', 'success', 200, 201, 204, 206, 301, 302, 303, 304, 307, 308),
    ...same(
      'fail',
      'success',
      400,
      401,
      402,
      403,
      404,
      405,
      406,
      407,
      409,
      410,
      411,
      412,
      413,
      414,
      415,
      416,
      417,
      418,
    ),
    ...same('fail', 'success', 422, 424, 426, 428, 431, 451, 499),
    ...same('retry', 'success', 421, 423, 425),
    ...same('retry', 'failure', 408, 500, 502, 504, 507, 520, 521, 522, 523, 524, 527, 530, 599),
    ...same('fail', 'failure', 501, 505, 506, 508, 510, 511, 525, 526),
    ...same('fail', 'failure', 100, 103, 600, 0),
    [429, ['retry', 'rate-limited', 'throttled', 'equal']],
    [430, ['retry', 'http-430', 'throttled', 'equal']],
    [503, ['retry', 'http-503', 'throttled', 'equal']],
    [529, ['retry', 'http-529', 'throttled', 'equal']],
    [999, ['fail', 'http-999', 'throttled', 'equal']],
  ]
  it.each(table)('%i', (status, [next, reason, call, backoff]) => {
    expect(classify({ status })).toMatchObject({ next, reason, call, backoff })
  })

  it('of every status there could be have a class', () => {
    for (let status = 0; status < 1_000; status++) {
      const verdict = classify({ status })
      expect(verdict.reason === '', String(status)).toBe(verdict.next === 'ok')
      expect(verdict.reason).toMatch(/^[a-z0-9-]*$/)
    }
  })

  it('413 is tried again only where the host says when', () => {
    expect(classify({ status: 413, hasRetryAfter: true }).next).toBe('retry')
  })

  it('that are block pages fail, whatever their status, and slow the host down', () => {
    const verdict = classify({ status: 200, block: { kind: 'captcha', vendor: 'datadome' } })
    expect(verdict).toMatchObject({
      next: 'fail',
      reason: 'blocked-captcha',
      call: 'throttled',
      countsAgainstHost: true,
    })
  })
})

describe('what counts', () => {
  it('against the host: timeouts, resets, 5xx and 429, not 404s, refusals and cancels', () => {
    const counts = [{ kind: 'idle-timeout' }, { kind: 'reset' }, { status: 500 }, { status: 429 }] as const
    const doesNot = [{ status: 404 }, { status: 200 }, { kind: 'aborted' }, { kind: 'address-blocked' }] as const
    expect(counts.map((failure) => classify(failure).countsAgainstHost)).toEqual([true, true, true, true])
    expect(doesNot.map((failure) => classify(failure).countsAgainstHost)).toEqual([false, false, false, false])
    expect(refused('robots').countsAgainstHost).toBe(false)
  })

  it('as one of the tries of a URL: every failure that is not our own doing', () => {
    expect(classify({ status: 429 }).countsAsFailure).toBe(true)
    expect(classify({ kind: 'reset' }).countsAsFailure).toBe(true)
    expect(classify({ kind: 'aborted' }).countsAsFailure).toBe(false)
  })

  it('as skipped: what was never asked for', () => {
    expect(refused('robots')).toMatchObject({ next: 'skip', reason: 'robots', call: 'cancelled' })
  })
})
