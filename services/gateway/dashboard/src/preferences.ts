import { effect, signal } from '@preact/signals'

export const themes = ['system', 'light', 'dark'] as const
export type Theme = (typeof themes)[number]
export const languages = ['en', 'ru'] as const
export type Language = (typeof languages)[number]

export const theme = signal<Theme>('system')
export const language = signal<Language>('en')

/** Reads what this browser was set to and keeps it. Called once. */
export function startPreferences(): void {
  theme.value = oneOf(themes, localStorage.getItem('theme')) ?? 'system'
  language.value =
    oneOf(languages, localStorage.getItem('language')) ?? (navigator.language.startsWith('ru') ? 'ru' : 'en')
  effect(() => {
    if (theme.value === 'system') delete document.documentElement.dataset.theme
    else document.documentElement.dataset.theme = theme.value
    localStorage.setItem('theme', theme.value)
  })
  effect(() => {
    document.documentElement.lang = language.value
    localStorage.setItem('language', language.value)
  })
}

function oneOf<T extends string>(values: readonly T[], value: string | null): T | undefined {
  return values.find((candidate) => candidate === value)
}
