import { expect, it } from 'vitest'
import { makeLanes } from './lanes.ts'

it('runs one at a time by key, in the order of coming, and goes on after a failure', async () => {
  const lanes = makeLanes()
  const log: string[] = []
  const gate = Promise.withResolvers<void>()
  const first = lanes.run('a', async () => {
    log.push('a1')
    await gate.promise
    throw new Error('a1 broke')
  })
  const second = lanes.run('a', async () => {
    log.push('a2')
    return 2
  })
  await lanes.run('b', async () => log.push('b1'))
  expect(log).toEqual(['a1', 'b1'])
  gate.resolve()
  await expect(first).rejects.toThrow('a1 broke')
  expect(await second).toBe(2)
  expect(log).toEqual(['a1', 'b1', 'a2'])
})
