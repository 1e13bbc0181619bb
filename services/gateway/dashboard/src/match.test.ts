import { expect, test } from 'vitest'
import { match } from './match.ts'

test('a pattern gives the parts of a path by name, decoded', () => {
  expect(match('/runs/:id/sites/:site', '/runs/7/sites/a%2Fb')).toEqual({ id: '7', site: 'a/b' })
  expect(match('/runs', '/runs/')).toEqual({})
  expect(match('/', '/')).toEqual({})
})

test('another path, or one that can’t be decoded, gives null', () => {
  expect(match('/runs/:id', '/runs')).toBeNull()
  expect(match('/runs', '/sites')).toBeNull()
  expect(match('/runs/:id', '/runs/%E0%A4%A')).toBeNull()
})
