import { expect, test } from 'vitest'
import { makeCheckStorage } from './check-storage.ts'

test('a broker that has forgotten who is there, and hears of nobody, is told as one that stores nothing', async () => {
  let announced: string[] = []
  const check = makeCheckStorage(async () => announced)
  // A gateway that has just been started is not announced yet.
  expect(await check()).toBeNull()
  announced = ['gateway.a']
  expect(await check()).toBeNull()
  announced = []
  expect(await check()).toMatch(/stores nothing/)
  announced = ['gateway.a']
  expect(await check()).toBeNull()
})
