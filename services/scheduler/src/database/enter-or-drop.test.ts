import { expect, test } from 'vitest'
import { enterOrDrop } from './enter-or-drop.ts'

const failing = (code: string) =>
  enterOrDrop(async () => {
    throw Object.assign(new Error('no such text'), { code })
  })

test('what is entered is done', async () => {
  expect(await enterOrDrop(async () => {})('a')).toEqual({ kind: 'done' })
})

test('what can never be entered becomes a dead letter', async () => {
  expect(await failing('22P05')('a')).toEqual({ kind: 'drop', reason: 'it can not be entered: no such text' })
})

test('what a database that is away could not take is tried again', async () => {
  await expect(failing('57P03')('a')).rejects.toThrow('no such text')
})
