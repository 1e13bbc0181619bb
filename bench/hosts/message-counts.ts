import type { Bus } from '@seine/bus'

/** What a message is, by its subject; replies to requests and deliveries of consumers go to inboxes. */
export function kindOf(subject: string): string {
  const [first = '', second = '', third = '', fourth = ''] = subject.split('.')
  if (first === '$KV') return `${second}: writes tried`
  if (first === '$JS' && second === 'ACK') return `acknowledgements of ${third}`
  if (first === '$JS' && third === 'DIRECT') return `${subject.split('.')[4]?.replace('KV_', '')}: reads`
  if (first === '$JS' && third === 'CONSUMER') return `requests for messages`
  if (first === '$JS') return `other requests to JetStream (${third} ${fourth})`
  if (first === 'work' || first === 'result') return `${first}.${second}`
  if (first === 'event') return 'events'
  if (first === '_INBOX' || first.startsWith('_INBOX')) return 'replies and deliveries'
  return first
}

/** Counts all that goes over the broker, by kind, until it is told to stop. Hearing it costs the broker as well: not to be measured with. */
export function countMessages(bus: Bus): () => Map<string, number> {
  const counts = new Map<string, number>()
  const subscription = bus.nc.subscribe('>', {
    callback: (_, { subject }) => {
      const kind = kindOf(subject)
      counts.set(kind, (counts.get(kind) ?? 0) + 1)
    },
  })
  return () => {
    subscription.unsubscribe()
    return counts
  }
}
