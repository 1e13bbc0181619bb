import { expect, test } from 'vitest'
import { csvOf } from './csv.ts'

test('quotes what has to be quoted and makes no formula of a page’s text', () => {
  expect(
    csvOf([
      ['a', 1, null],
      ['x"y', 'a,b', '=HYPERLINK("x")'],
    ]),
  ).toBe('\ufeffa,1,\r\n"x""y","a,b","\'=HYPERLINK(""x"")"\r\n')
})
