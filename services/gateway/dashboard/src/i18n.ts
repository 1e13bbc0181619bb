import { signal } from '@preact/signals'
import { en } from './messages/en.ts'
import type { MessageKey, Messages } from './messages/types.ts'
import { type Language, language } from './preferences.ts'

export type { MessageKey } from './messages/types.ts'

/** The second language comes when it is asked for: it is no part of the first load. */
const loaders: Record<Language, () => Promise<Messages>> = {
  en: async () => en,
  ru: async () => (await import('./messages/ru.ts')).ru,
}

const current = signal<{ language: Language; messages: Messages }>({ language: 'en', messages: en })

/** The language that is shown: it changes once its messages are there. */
export const shownLanguage = () => current.value.language

/** Follows the language that is set. */
export async function loadLanguage(): Promise<void> {
  const wanted = language.value
  const messages = await loaders[wanted]()
  if (language.value === wanted) current.value = { language: wanted, messages }
}

const pluralRules = new Map<Language, Intl.PluralRules>()

/**
 * The message in the language shown. `{name}` is a parameter; numbers are written as the language writes them, and `n`
 * chooses the plural form.
 */
export function t(key: MessageKey, params: Readonly<Record<string, string | number>> = {}): string {
  const { language: shown, messages } = current.value
  const message = messages[key]
  return fill(typeof message === 'string' ? message : pluralOf(shown, message, Number(params.n)), params)
}

function pluralOf(shown: Language, forms: Exclude<Messages[MessageKey], string>, n: number): string {
  let rules = pluralRules.get(shown)
  if (rules === undefined) {
    rules = new Intl.PluralRules(shown)
    pluralRules.set(shown, rules)
  }
  return forms[rules.select(n) as keyof typeof forms] ?? forms.other
}

function fill(text: string, params: Readonly<Record<string, string | number>>): string {
  return text.replaceAll(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name]
    if (value === undefined) return whole
    return typeof value === 'number' ? value.toLocaleString(current.value.language) : value
  })
}

/** The message of a key that is made at run time; the text itself where there is none: codes may be newer than the page. */
export function tOr(key: string, otherwise: string): string {
  return Object.hasOwn(en, key) ? t(key as MessageKey) : otherwise
}
