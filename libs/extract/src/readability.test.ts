import { expect, it } from 'vitest'
import { readabilityOf } from './readability.ts'
import { scanPage } from './scan-page.ts'

const of = (text: string, language: string | null) => readabilityOf(scanPage(`<p>${text}`).text, language)

const easy = 'The cat sat on the mat. The dog ran to the cat. They had fun in the sun. '.repeat(3)
const hard =
  'Organisational interdependencies necessitate comprehensive administrative reconsideration of institutional responsibilities. '.repeat(
    5,
  )

it('calls short words in short sentences easy and long ones hard', () => {
  expect(of(easy, 'en')).toEqual({ sentenceCount: 9, wordsPerSentence: 6, readingEase: 116.1 })
  expect(of(hard, 'en-GB').readingEase).toBeLessThan(0)
})

it('reads each language by its own formula', () => {
  const german = 'Der Hund läuft über die Straße. Die Katze schläft auf dem warmen Dach. '.repeat(4)
  expect(of(german, 'de-AT').readingEase).toBeGreaterThan(60)
  expect(of(german, 'de').readingEase).not.toBe(of(german, 'en').readingEase)
  expect(of('Мама мыла раму. Кошка спит на тёплой крыше дома. '.repeat(6), 'ru').readingEase).toBeGreaterThan(50)
})

it('says nothing of a language without a formula, of an unknown one, and of a short text', () => {
  for (const language of ['ja', 'xx', '', null, '__proto__']) expect(of(easy, language).readingEase).toBeNull()
  expect(of('Too short to say.', 'en')).toEqual({ sentenceCount: 1, wordsPerSentence: 4, readingEase: null })
  expect(of('', 'en')).toEqual({ sentenceCount: 0, wordsPerSentence: null, readingEase: null })
})
