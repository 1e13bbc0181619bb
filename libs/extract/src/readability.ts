import type { TextMeter } from './text-meter.ts'

/** Fewer words say nothing of how a text reads. */
const fewestWords = 30

interface Formula {
  constant: number
  /** Weight of words a sentence, and of syllables a word. */
  perSentence: number
  perWord: number
  /** Whether an `e` at the end of a word is not spoken. */
  silentE?: boolean
}

/** Flesch's reading ease (1948) as fitted to other languages, by the language's ISO 639-1 code. */
const formulas: Record<string, Formula> = {
  en: { constant: 206.835, perSentence: 1.015, perWord: 84.6, silentE: true },
  // Amstad 1978
  de: { constant: 180, perSentence: 1, perWord: 58.5 },
  // Kandel, Moles 1958
  fr: { constant: 207, perSentence: 1.015, perWord: 73.6, silentE: true },
  // Fernández Huerta 1959
  es: { constant: 206.84, perSentence: 1.02, perWord: 60 },
  // Franchina, Vacca 1972
  it: { constant: 217, perSentence: 1.3, perWord: 60 },
  // Douma 1960
  nl: { constant: 206.84, perSentence: 0.93, perWord: 77 },
  // Martins et al. 1996
  pt: { constant: 248.835, perSentence: 1.015, perWord: 84.6 },
  // Oborneva 2006
  ru: { constant: 206.835, perSentence: 1.3, perWord: 60.1 },
}

const tenth = (value: number): number => Math.round(value * 10) / 10

export interface Readability {
  sentenceCount: number
  wordsPerSentence: number | null
  readingEase: number | null
}

/** How a text reads: 100 easy, 0 hard, and beyond both. Null where its language (`de-AT`) has no formula or the text is too short. */
export function readabilityOf(text: TextMeter, language: string | null): Readability {
  const { sentences, sentenceWords, vowelGroups, silentEndings } = text
  if (sentences === 0) return { sentenceCount: 0, wordsPerSentence: null, readingEase: null }
  const wordsPerSentence = sentenceWords / sentences
  const code = language?.trim().toLowerCase().split(/[-_]/, 1)[0] ?? ''
  const formula = Object.hasOwn(formulas, code) ? formulas[code] : undefined
  const readable = formula !== undefined && sentenceWords >= fewestWords
  const syllables = vowelGroups - (formula?.silentE === true ? silentEndings : 0)
  return {
    sentenceCount: sentences,
    wordsPerSentence: tenth(wordsPerSentence),
    readingEase: readable
      ? tenth(formula.constant - formula.perSentence * wordsPerSentence - formula.perWord * (syllables / sentenceWords))
      : null,
  }
}
