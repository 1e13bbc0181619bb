/** Header names on every message; W3C trace context besides. */
export const headerNames = {
  /** `<message name>/<version>`: what the body is. */
  type: 'Seine-Type',
  correlationId: 'X-Correlation-ID',
  /** Who asked for it, for people: the name of a user or a key. */
  actor: 'Seine-Actor',
  traceParent: 'traceparent',
} as const
