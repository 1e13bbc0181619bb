/** What has to become of each host's site. Absent fields are not looked at. */
export interface Expected {
  /** Of the site run's reason. Absent: it completes. */
  readonly failsWith?: RegExp
  readonly ok?: number
  readonly failed?: number
  /** Reasons that have to be there; a number where it has to be exact. */
  readonly reasons?: Readonly<Record<string, number | 'some'>>
}

/** Its home page and its twelve others, for those that heal or only look bad. */
const whole: Expected = { ok: 13, failed: 0 }
/** Its home page alone: the host is given up, after its probes or page by page. */
const given: Expected = { ok: 1, failed: 12 }

export const expected: Readonly<Record<string, Expected>> = {
  'dead-port': { failsWith: /ECONNREFUSED/ },
  unreachable: { failsWith: /no connection to unreachable/ },
  // On a busy machine the limit for the whole request may be met before that for its headers.
  blackhole: { failsWith: /did not answer in time|not done within/ },
  mute: { ...given, reasons: { 'host-down': 'some' } },
  dying: { ok: 21, failed: 40, reasons: { 'host-down': 'some' } },
  slow: whole,
  drip: { ...given, reasons: { 'host-down': 'some' } },
  headers: { ...given, reasons: { 'headers-too-large': 6 } },
  resetting: { ...given, reasons: { 'host-down': 'some' } },
  flaky: whole,
  malformed: given,
  'storm-told': whole,
  'storm-dated': whole,
  storm: given,
  'burst-500': whole,
  'always-500': { ok: 1, failed: 40, reasons: { 'host-down': 'some' } },
  captcha: { ...given, reasons: { 'blocked-captcha': 6, 'blocked-challenge': 6 } },
  // One kind in four stays below the ratio that makes a bomb, and is cut like any other page.
  bomb: { ok: 4, failed: 9, reasons: { 'decompression-bomb': 9 } },
  endless: whole,
  huge: whole,
  empty: whole,
  mistyped: whole,
  calendar: { ok: 60, failed: 0, reasons: { limit: 'some' } },
  // Session ids are no part of a canonical URL.
  sessions: { ok: 9, failed: 0 },
  repeating: { ok: 60, failed: 0, reasons: { 'trap-repeating-path': 'some' } },
  redirects: { ok: 10, failed: 0, reasons: { 'redirect-limit': 1 } },
  'robots-500': { failsWith: /robots.txt answered 500/ },
  'robots-endless': { ok: 8, failed: 0, reasons: { robots: 1 } },
  'robots-binary': { ok: 9, failed: 0 },
  'robots-loop': { ok: 9, failed: 0 },
  'sitemap-bomb': { ok: 9, failed: 0 },
  'sitemap-maze': { ok: 60, failed: 0, reasons: { limit: 'some' } },
}
