import { shownLanguage, t } from './i18n.ts'

/** Shown where there is nothing to show. */
export const none = '–'

const numberFormats = new Map<string, Intl.NumberFormat>()

/** A number as the language writes it; at most so many digits after the point. */
export function formatNumber(value: number, digits = 0): string {
  const key = `${shownLanguage()}:${digits}`
  let format = numberFormats.get(key)
  if (format === undefined) {
    format = new Intl.NumberFormat(shownLanguage(), { maximumFractionDigits: digits })
    numberFormats.set(key, format)
  }
  return format.format(value)
}

export const formatPercent = (share: number, digits = 0): string =>
  new Intl.NumberFormat(shownLanguage(), { style: 'percent', maximumFractionDigits: digits }).format(share)

/** 0–100 with its sign: what prices and counts moved by. */
export const formatMove = (percent: number): string =>
  new Intl.NumberFormat(shownLanguage(), {
    style: 'percent',
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
    signDisplay: 'exceptZero',
  }).format(percent / 100)

export function formatSpeed(pagesPerSecond: number): string {
  return formatNumber(pagesPerSecond, pagesPerSecond < 10 ? 1 : 0)
}

const byteUnits = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function formatBytes(bytes: number): string {
  const power = bytes < 1000 ? 0 : Math.min(byteUnits.length - 1, Math.floor(Math.log10(bytes) / 3))
  const value = bytes / 1000 ** power
  return new Intl.NumberFormat(shownLanguage(), {
    style: 'unit',
    unit: byteUnits[power]!,
    unitDisplay: power === 0 ? 'long' : 'short',
    maximumFractionDigits: value < 10 && power > 0 ? 1 : 0,
  }).format(value)
}

/** `1 h 04 min`, `3 min 20 s`, `4 s`, `0.3 s`. */
export function formatDuration(ms: number): string {
  if (ms < 950) return t('duration.s', { s: formatNumber(ms / 1000, 1) })
  const seconds = Math.round(ms / 1000)
  if (seconds < 60) return t('duration.s', { s: seconds })
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return t('duration.minS', { min: minutes, s: String(seconds % 60).padStart(2, '0') })
  const hours = Math.floor(minutes / 60)
  if (hours < 48) return t('duration.hMin', { h: hours, min: String(minutes % 60).padStart(2, '0') })
  return t('duration.dH', { d: Math.floor(hours / 24), h: hours % 24 })
}

/** This year’s days need none. */
const yearOf = (date: Date, nowMs: number) =>
  date.getFullYear() === new Date(nowMs).getFullYear() ? {} : ({ year: 'numeric' } as const)

/** Today the time alone, else the day with it. */
export function formatTime(at: string | number, nowMs = Date.now()): string {
  const date = new Date(at)
  const isToday = date.toDateString() === new Date(nowMs).toDateString()
  return date.toLocaleString(
    shownLanguage(),
    isToday
      ? { hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }
      : {
          ...yearOf(date, nowMs),
          month: 'short',
          day: 'numeric',
          hour: '2-digit',
          minute: '2-digit',
          hourCycle: 'h23',
        },
  )
}

export const formatFullTime = (at: string | number): string =>
  new Date(at).toLocaleString(shownLanguage(), { dateStyle: 'medium', timeStyle: 'medium', hourCycle: 'h23' })

export const formatDay = (at: string | number): string =>
  new Date(at).toLocaleDateString(shownLanguage(), { month: 'short', day: 'numeric' })

export const formatPrice = (value: number, currency: string | null): string => {
  try {
    if (currency !== null) return new Intl.NumberFormat(shownLanguage(), { style: 'currency', currency }).format(value)
  } catch {
    // What a page calls a currency need not be one.
    return `${formatNumber(value, 2)} ${currency}`
  }
  return formatNumber(value, 2)
}
