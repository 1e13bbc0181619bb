import { expect, test } from 'vitest'
import { type RenderFacts, renderVerdict } from './render-verdict.ts'

const facts = { shells: 1, read: 0, remembered: false, browsersThere: true, waitedMs: 0 }

test.each<[string, Partial<RenderFacts>, ReturnType<typeof renderVerdict>]>([
  ['a home page that is a shell', {}, 'site'],
  ['a shell behind two redirects', { read: 2 }, 'site'],
  ['one shell among real pages', { read: 3 }, 'pages'],
  ['a few shells among many real pages', { shells: 30, read: 971 }, 'pages'],
  ['a tenth of the pages', { shells: 100, read: 900 }, 'site'],
  ['two of four', { shells: 2, read: 2 }, 'pages'],
  ['three of six', { shells: 3, read: 3 }, 'site'],
  ['a site whose last run went over', { shells: 0, remembered: true }, 'site'],
  ['nobody with a browser yet', { browsersThere: false, waitedMs: 59_999 }, 'wait'],
  ['nobody with a browser for too long', { browsersThere: false, waitedMs: 60_000 }, 'give-up'],
  [
    'the same for a site that went over before',
    { remembered: true, browsersThere: false, waitedMs: 60_000 },
    'give-up',
  ],
])('%s', (_, more, expected) => {
  expect(renderVerdict({ ...facts, ...more }, 60_000)).toBe(expected)
})
