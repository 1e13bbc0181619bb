import { answerOf } from '../cross-page/page-state.ts'
import { refreshOf } from '../indexability.ts'
import { statusOf } from '../row.ts'
import { amount, category, onAny, onHtml } from './issue-rule.ts'

const slowMs = 3_000
const slowFirstByteMs = 1_000
const heavyBytes = 1_000_000
/** Smaller pages gain next to nothing. */
const worthCompressingBytes = 10_000

export const responseIssues = category('Responses', [
  onAny({
    code: 'response-none',
    text: 'No response',
    severity: 'Issue',
    priority: 'High',
    fix: 'Find out why the server does not answer (name, certificate, timeouts), or remove the links to the page.',
    find: ({ row }) => answerOf(row) === 'no-answer' && (row.ledger.reason || true),
  }),
  onAny({
    code: 'response-client-error',
    text: 'Client error (4xx)',
    severity: 'Issue',
    priority: 'High',
    fix: 'Bring the page back, redirect it to its successor, or remove the links to it.',
    find: ({ row }) => answerOf(row) === 'client-error' && statusOf(row),
  }),
  onAny({
    code: 'response-server-error',
    text: 'Server error (5xx)',
    severity: 'Issue',
    priority: 'High',
    fix: 'Look the address up in the server’s log and mend what fails there.',
    find: ({ row }) => answerOf(row) === 'server-error' && statusOf(row),
  }),
  onAny({
    code: 'response-block-page',
    text: 'Answered with a block page',
    severity: 'Warning',
    priority: 'High',
    fix: 'Ask the site to let the crawler in, or lower the rate: nothing is known of the page itself.',
    find: ({ row }) => row.ledger.outcome === 'failed' && answerOf(row) === 'other' && row.ledger.reason,
  }),
  onAny({
    code: 'response-blocked-by-robots',
    text: 'Blocked by robots.txt',
    severity: 'Warning',
    priority: 'High',
    fix: 'Check that the page is meant to be blocked; otherwise take the rule out of robots.txt.',
    find: ({ row }) => answerOf(row) === 'blocked',
  }),
  onHtml({
    code: 'response-slow',
    text: 'Slow response (over 3 s)',
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Make the page smaller or the server faster: caching and compression help most.',
    find: ({ record }) => record.responseTimeMs > slowMs && `${(record.responseTimeMs / 1_000).toFixed(1)} s`,
  }),
  onHtml({
    code: 'response-slow-first-byte',
    text: 'Slow first byte (over 1 s)',
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Cache what the server puts together for each request.',
    find: ({ record }) => record.ttfbMs > slowFirstByteMs && `${(record.ttfbMs / 1_000).toFixed(1)} s`,
  }),
  onHtml({
    code: 'response-heavy',
    text: 'HTML over 1 MB',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Move inline images, styles and data out of the page, and split long lists.',
    find: ({ record }) => record.sizeBytes > heavyBytes && amount(record.sizeBytes, 'bytes'),
  }),
  onHtml({
    code: 'response-uncompressed',
    text: 'HTML sent uncompressed',
    severity: 'Opportunity',
    priority: 'Medium',
    fix: 'Switch on gzip, brotli or zstd for text in the web server.',
    find: ({ record }) =>
      record.sizeBytes > worthCompressingBytes &&
      record.transferredBytes >= record.sizeBytes &&
      amount(record.sizeBytes, 'bytes'),
  }),
  onHtml({
    code: 'response-cut',
    text: 'Page longer than what was read',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Shorten the page, or raise maxBodyBytes of the policy: what lies behind the limit was not looked at.',
    find: ({ record }) => record.truncated,
  }),
])

const temporary = new Set([302, 303, 307])

export const redirectIssues = category('Redirects', [
  onAny({
    code: 'redirect-internal',
    text: 'Redirect (3xx)',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Link to the target itself, so that nobody waits for the detour.',
    find: ({ row }) => answerOf(row) === 'redirect' && (row.record?.redirectUrl ?? true),
  }),
  onAny({
    code: 'redirect-temporary',
    text: 'Temporary redirect',
    severity: 'Opportunity',
    priority: 'Low',
    fix: 'Answer 301 or 308 where the move is for good: search engines then pass the old page’s standing on.',
    find: ({ row }) => answerOf(row) === 'redirect' && temporary.has(statusOf(row)) && statusOf(row),
  }),
  onAny({
    code: 'redirect-chain',
    text: 'Redirect chain',
    severity: 'Issue',
    priority: 'Medium',
    fix: 'Redirect to the end of the chain at once.',
    find: ({ row: { facts } }) =>
      facts.redirectHops > 1 && facts.redirectLoop === 0 && amount(facts.redirectHops, 'hops'),
  }),
  onAny({
    code: 'redirect-loop',
    text: 'Redirect loop',
    severity: 'Issue',
    priority: 'High',
    fix: 'Break the circle: nobody ever arrives.',
    find: ({ row: { facts } }) => facts.redirectLoop === 1 && facts.redirectFinalUrl,
  }),
  onAny({
    code: 'redirect-to-error',
    text: 'Redirect ends in an error',
    severity: 'Issue',
    priority: 'High',
    fix: 'Redirect to a page that exists, or answer 404 or 410.',
    find: ({ row: { facts } }) => facts.redirectFinalStatus >= 400 && facts.redirectFinalStatus,
  }),
  onAny({
    code: 'redirect-to-http',
    text: 'Redirect from https to http',
    severity: 'Issue',
    priority: 'High',
    fix: 'Redirect to the https address.',
    find: ({ row, url }) => url.protocol === 'https:' && /^http:/i.test(row.record?.redirectUrl ?? ''),
  }),
  onAny({
    code: 'redirect-to-other-host',
    text: 'Redirect ends on another host',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Check that the page has moved there; a parked or sold name looks the same.',
    find: ({ row, url }) => {
      const end = row.facts.redirectFinalUrl
      return end !== null && (URL.parse(end)?.host ?? url.host) !== url.host && end
    },
  }),
  onAny({
    code: 'redirect-to-home',
    text: 'Redirect ends on the home page',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Redirect to the page that replaces this one: search engines take a redirect home for a soft 404.',
    find: ({ row, url }) => {
      const end = row.facts.redirectFinalUrl === null ? null : URL.parse(row.facts.redirectFinalUrl)
      return end !== null && end.pathname === '/' && end.search === '' && url.pathname !== '/'
    },
  }),
  onHtml({
    code: 'redirect-meta-refresh',
    text: 'Meta refresh to another page',
    severity: 'Warning',
    priority: 'Medium',
    fix: 'Answer with an HTTP redirect: a meta refresh is slow and reads like a trick.',
    find: ({ row, record }) => {
      const refresh = refreshOf(row)
      return refresh !== null && refresh.target !== record.url && refresh.target
    },
  }),
])
