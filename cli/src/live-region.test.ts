import { expect, test } from 'vitest'
import { makeLiveRegion } from './live-region.ts'

// biome-ignore lint/suspicious/noControlCharactersInRegex: terminals are spoken to in control characters
const tokens = /\x1b\[\?25[lh]|\x1b\[\d+A|\x1b\[0J|\r|\n|[^\x1b\r\n]+/g

/** What a terminal would show: knows the few sequences that the region uses. */
function terminal() {
  const lines: string[] = ['']
  let row = 0
  const write = (text: string) => {
    for (const [token] of text.matchAll(tokens)) {
      if (token.startsWith('\x1b[?') || token === '\r') continue
      if (token === '\n') {
        row++
        lines[row] ??= ''
      } else if (token.endsWith('A') && token.startsWith('\x1b')) row -= Number(token.slice(2, -1))
      else if (token === '\x1b[0J') {
        lines.length = row + 1
        lines[row] = ''
      } else lines[row] += token
    }
  }
  return { write, shown: () => lines.filter((line) => line !== '') }
}

test('drawing again replaces what was drawn, printed lines stay above, clearing leaves those alone', () => {
  const { write, shown } = terminal()
  const region = makeLiveRegion(write)
  region.draw(['a 1', 'total 1'])
  region.draw(['a 2', 'b 1', 'total 3'])
  expect(shown()).toEqual(['a 2', 'b 1', 'total 3'])
  region.print('a finished')
  expect(shown()).toEqual(['a finished', 'a 2', 'b 1', 'total 3'])
  region.draw(['total 4'])
  region.print('b finished')
  expect(shown()).toEqual(['a finished', 'b finished', 'total 4'])
  region.clear()
  expect(shown()).toEqual(['a finished', 'b finished'])
})
