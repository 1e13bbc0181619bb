import { expect, test } from 'vitest'
import { en } from './messages/en.ts'
import { ru } from './messages/ru.ts'

const paramsOf = (message: string | object): string[] => {
  const texts = typeof message === 'string' ? [message] : Object.values(message)
  return [...new Set(texts.flatMap((text: string) => [...text.matchAll(/\{(\w+)\}/g)].map(([, name]) => name!)))].sort()
}

test('every message of the second language has the parameters of the first', () => {
  for (const key of Object.keys(en) as (keyof typeof en)[]) expect(paramsOf(ru[key]), key).toEqual(paramsOf(en[key]))
})

test('Russian plurals have the forms that its rules choose', () => {
  for (const [key, message] of Object.entries(ru)) {
    if (typeof message === 'string') continue
    for (const n of [1, 2, 5, 11, 21, 22, 25]) {
      expect(message[new Intl.PluralRules('ru').select(n) as 'one'], `${key} of ${n}`).toBeTypeOf('string')
    }
  }
})
