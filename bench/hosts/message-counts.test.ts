import { expect, test } from 'vitest'
import { kindOf } from './message-counts.ts'

test.each([
  ['$KV.hosts.test.hosts.host-0001', 'hosts: writes tried'],
  ['$JS.API.DIRECT.GET.KV_hosts.$KV.hosts.test', 'hosts: reads'],
  ['$JS.ACK.TASKS.fetch-http.1.2.3.4.5', 'acknowledgements of TASKS'],
  ['$JS.API.CONSUMER.MSG.NEXT.TASKS.fetch-http', 'requests for messages'],
  ['$JS.API.STREAM.INFO.TASKS', 'other requests to JetStream (STREAM INFO)'],
  ['work.fetch.http.test.hosts.host-0001', 'work.fetch'],
  ['result.page.run.site', 'result.page'],
  ['event.run.site.page.fetched', 'events'],
  ['_INBOX_fetcher.abc.1', 'replies and deliveries'],
])('%s is told by its kind', (subject, kind) => {
  expect(kindOf(subject)).toBe(kind)
})
