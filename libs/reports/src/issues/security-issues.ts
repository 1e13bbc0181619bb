import type { securityHeaderNames } from '@seine/contracts'
import { category, type HtmlView, onAny, onHtml } from './issue-rule.ts'

type SecurityHeader = (typeof securityHeaderNames)[number]

/** Records that are older than the field say nothing of it. */
const lacks =
  (header: SecurityHeader) =>
  ({ record }: HtmlView): boolean =>
    record.http !== undefined && !record.http.security.includes(header)

export const securityIssues = category('Security', [
  onAny({
    code: 'security-http-url',
    text: 'http address',
    severity: 'Issue',
    priority: 'High',
    fix: 'Serve the page over https and redirect the http address there.',
    find: ({ url }) => url.protocol === 'http:',
  }),
  onHtml({
    code: 'security-mixed-content',
    text: 'Mixed content',
    severity: 'Issue',
    priority: 'High',
    fix: 'Load images, scripts and styles over https: browsers block or mark the others.',
    find: ({ url, counts }) => url.protocol === 'https:' && counts.mixedContent,
  }),
  onHtml({
    code: 'security-form-to-http',
    text: 'Form sent to an http address',
    severity: 'Issue',
    priority: 'High',
    fix: 'Send the form to an https address.',
    find: ({ counts }) => counts.insecureForms,
  }),
  onHtml({
    code: 'security-form-on-http',
    text: 'Form on an http page',
    severity: 'Issue',
    priority: 'High',
    fix: 'Serve the page over https: on the way anybody can change the form.',
    find: ({ url, counts }) => url.protocol === 'http:' && counts.forms,
  }),
  onHtml({
    code: 'security-unsafe-blank-links',
    text: 'Links to other hosts that open a window which can reach back',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Add rel="noopener" to links with target="_blank".',
    find: ({ counts }) => counts.unsafeBlankLinks,
  }),
  onHtml({
    code: 'security-protocol-relative',
    text: 'Resources without a protocol',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Write https:// in front of them.',
    find: ({ counts }) => counts.protocolRelative,
  }),
  onHtml({
    code: 'security-cookies-not-secure',
    text: 'Cookies without Secure',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Set cookies with the attribute Secure.',
    find: ({ url, record }) => url.protocol === 'https:' && record.http?.cookies?.notSecure,
  }),
  onHtml({
    code: 'security-hsts-missing',
    text: 'No Strict-Transport-Security header',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Send Strict-Transport-Security with a max-age of months.',
    find: (html) => html.url.protocol === 'https:' && lacks('hsts')(html),
  }),
  onHtml({
    code: 'security-csp-missing',
    text: 'No Content-Security-Policy header',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Send a Content-Security-Policy that names where scripts may come from.',
    find: lacks('csp'),
  }),
  onHtml({
    code: 'security-nosniff-missing',
    text: 'No X-Content-Type-Options: nosniff',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Send X-Content-Type-Options: nosniff.',
    find: lacks('nosniff'),
  }),
  onHtml({
    code: 'security-frame-options-missing',
    text: 'May be framed by any site',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Send X-Frame-Options, or frame-ancestors in the Content-Security-Policy.',
    find: lacks('frame-options'),
  }),
  onHtml({
    code: 'security-referrer-policy-missing',
    text: 'No Referrer-Policy header that protects addresses',
    severity: 'Warning',
    priority: 'Low',
    fix: 'Send Referrer-Policy: strict-origin-when-cross-origin, or a stricter one.',
    find: lacks('referrer-policy'),
  }),
])
