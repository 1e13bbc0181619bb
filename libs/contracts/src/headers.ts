/** Header names on every message; W3C trace context besides. */
export const headerNames = {
  /** `<message name>/<version>`: what the body is. */
  type: 'Seine-Type',
  correlationId: 'X-Correlation-ID',
  traceParent: 'traceparent',
} as const
