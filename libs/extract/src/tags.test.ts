import { expect, it } from 'vitest'
import { tag, tagAt } from './tags.ts'

it('knows every tag by its name, whatever its case, and nothing else', () => {
  for (const [name, code] of Object.entries(tag)) {
    expect(tagAt(`<${name}>`, 1, name.length + 1), name).toBe(code)
    expect(tagAt(`<${name.toUpperCase()}>`, 1, name.length + 1), name).toBe(code)
  }
  for (const name of ['hq', 'h7', 'divs', 'x-div', 'bod', 'a1', 'ſpan'])
    expect(tagAt(name, 0, name.length), name).toBe(0)
})
