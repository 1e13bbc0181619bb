import { expect, test } from 'vitest'
import { countCacheUse } from './count-cache-use.ts'

test('the field of an outcome is counted, and no text that looks like it', () => {
  const uses = { hit: 0, miss: 0 }
  for (const outcome of [{ cache: 'hit' }, { cache: 'hit' }, { cache: 'miss' }, {}, { detail: '"cache":"hit"' }])
    countCacheUse(uses, JSON.stringify({ outcome: 'ok', ...outcome }))
  expect(uses).toEqual({ hit: 2, miss: 1 })
})
