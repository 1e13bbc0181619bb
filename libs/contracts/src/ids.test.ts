import { expect, it } from 'vitest'
import { z } from 'zod'
import { newId, pageIdOf, urlIdOf } from './ids.ts'

it('makes ids that are UUIDs and sort by time', () => {
  const ids = [1, 2, 1_700_000_000_000].map((nowMs) => newId(nowMs))
  for (const id of ids) expect(z.uuid().safeParse(id).success).toBe(true)
  expect([...ids].sort()).toEqual(ids)
})

it('gives a URL one id within a site run and another in any other', () => {
  const [run, other] = [newId(1), newId(2)]
  const id = urlIdOf(run, 'lamps', 'https://shop.example/')
  expect(z.uuid().safeParse(id).success).toBe(true)
  expect(urlIdOf(run, 'lamps', 'https://shop.example/')).toBe(id)
  expect(urlIdOf(run, 'lamps', 'https://shop.example/a')).not.toBe(id)
  expect(urlIdOf(run, 'books', 'https://shop.example/')).not.toBe(id)
  expect(urlIdOf(other, 'lamps', 'https://shop.example/')).not.toBe(id)
})

it('gives a page one id whatever the run, and another on another site', () => {
  const id = pageIdOf('lamps', 'https://shop.example/')
  expect(z.uuid().safeParse(id).success).toBe(true)
  expect(pageIdOf('lamps', 'https://shop.example/')).toBe(id)
  expect(pageIdOf('books', 'https://shop.example/')).not.toBe(id)
  expect(pageIdOf('lamps', 'https://shop.example/a')).not.toBe(id)
})
