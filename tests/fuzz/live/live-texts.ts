import { mutateText } from '../mutate.ts'
import type { Random } from '../random.ts'
import { mutateValue } from './json-values.ts'

const run = '01890a5d-ac96-774b-bcce-b302099a8057'
const requests: readonly unknown[] = [
  { op: 'subscribe', sub: 'a', filter: {}, since: 0 },
  { op: 'subscribe', sub: 'b', filter: { run, level: 'warn' } },
  { op: 'subscribe', sub: 'c', filter: { site: 'lamps', types: ['run.progress', 'site.finished'] } },
  { op: 'unsubscribe', sub: 'a' },
  { op: 'presence', topic: `run.${run}`, activity: 'viewing' },
  { op: 'typing', topic: 'site.lamps', field: 'name' },
  { op: 'leave', topic: 'site.lamps' },
]
const pieces = [
  '{',
  '}',
  '"op"',
  ':',
  ',',
  '"subscribe"',
  '"sub"',
  '"filter"',
  '"since"',
  '"__proto__"',
  '[',
  ']',
  'null',
  '\\u0000',
  '1e999',
  '-1',
  '"topic"',
  '"event.>"',
]

/** What a client says: right, wrong in a value, wrong as JSON, or too long. */
export function liveText(random: Random): string {
  let request = random.pick(requests)
  if (random.chance(0.6)) request = mutateValue(request, random)
  const text = JSON.stringify(request) ?? 'undefined'
  if (random.chance(0.25))
    return mutateText(text, JSON.stringify(random.pick(requests)), { pieces }, random).slice(0, 60_000)
  return text.slice(0, 200_000)
}
