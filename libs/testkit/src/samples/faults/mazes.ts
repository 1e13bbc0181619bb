import { redirect, type SampleHost } from '../host.ts'
import { faultHost, sound } from './fault-host.ts'

/** Hosts that lead on and on. */
export function mazes(): SampleHost[] {
  let sessions = 0
  return [
    faultHost({
      name: 'calendar',
      about: 'a calendar that links to the next month, the one before and all its days, for ever',
      pages: 3,
      page: (request) => sound(request, 'Events', ['/calendar?month=2026-01']),
      other(request) {
        const [, year = 0, month = 0] = /month=(\d+)-(\d+)/.exec(request.path)?.map(Number) ?? []
        const at = (months: number) => new Date(Date.UTC(year, month - 1 + months)).toISOString().slice(0, 7)
        const days = Array.from({ length: 5 }, (_, i) => `/calendar?month=${at(0)}&day=${i + 1}`)
        return sound(request, `Month ${at(0)}`, [`/calendar?month=${at(1)}`, `/calendar?month=${at(-1)}`, ...days])
      },
    }),
    faultHost({
      name: 'sessions',
      about: 'every link carries a session id that nobody has seen before',
      pages: 3,
      page: (request) => sound(request, 'Shop', fresh()),
      other: (request) => sound(request, 'Shop', fresh()),
    }),
    faultHost({
      name: 'repeating',
      about: 'relative links that make the path longer with each step',
      pages: 1,
      page: (request) => sound(request, 'Start', ['/shop/lamps/']),
      other: (request) => sound(request, 'Deeper', ['shop/lamps/', '../lamps/shop/', 'more/']),
    }),
    faultHost({
      name: 'redirects',
      about: 'redirect loops, to itself, round three pages, and a chain without an end',
      pages: 4,
      page: ({ path }, n) => redirect([path, '/page/4', '/chain/1', '/page/2'][n % 4]!),
      other: ({ path }) => redirect(`/chain/${Number(/\d+$/.exec(path)?.[0] ?? 0) + 1}`),
    }),
  ]

  function fresh(): string[] {
    return Array.from({ length: 5 }, (_, i) => `/item/${i + 1}?sid=${(++sessions).toString(16).padStart(16, '0')}`)
  }
}
