import { expect, it } from 'vitest'
import { makeSeenUrls } from './seen-urls.ts'

it('remembers what was added', () => {
  const seen = makeSeenUrls()()
  expect(seen.has('https://a.example/')).toBe(false)
  seen.add('https://a.example/')
  expect(seen.has('https://a.example/')).toBe(true)
})

it('knows nothing of what another plan has seen', () => {
  const open = makeSeenUrls()
  const before = open()
  before.add('https://a.example/')
  expect(open().has('https://a.example/')).toBe(false)
  expect(before.has('https://a.example/')).toBe(true)
})

it('keeps at least the last maxUrls of all plans and never more than twice as many', () => {
  const open = makeSeenUrls(100)
  const plans = [open(), open()]
  for (let i = 0; i < 1_000; i++) plans[i % 2]!.add(`https://a.example/${i}`)
  const remembered = Array.from({ length: 1_000 }, (_, i) => i).filter((i) =>
    plans[i % 2]!.has(`https://a.example/${i}`),
  )
  expect(remembered.length).toBeLessThanOrEqual(200)
  expect(remembered.slice(-100)).toEqual(Array.from({ length: 100 }, (_, i) => 900 + i))
})
