import { expect, test } from 'vitest'
import { isStoreAway } from './store-away.ts'

const coded = (code: string) => Object.assign(new Error('no'), { code })

test.each([
  [coded('ServiceUnavailable'), true],
  [coded('ECONNREFUSED'), true],
  [new Error('Request failed after 1 retries: Error: Retryable HTTP status: 500'), true],
  [new Error('reports could not be stored', { cause: coded('ECONNRESET') }), true],
  [coded('AccessDenied'), false],
  [coded('NoSuchBucket'), false],
  [new Error('some other'), false],
  ['text', false],
])('%s: %s', (error, isAway) => {
  expect(isStoreAway(error)).toBe(isAway)
})
