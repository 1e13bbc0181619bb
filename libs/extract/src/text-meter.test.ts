import { likeness, readMinhash } from '@seine/contracts'
import { expect, it } from 'vitest'
import { scanPage } from './scan-page.ts'

const measure = (html: string) => scanPage(html).text
const likenessOf = (a: string, b: string): number =>
  likeness(readMinhash(measure(a).minhash() ?? ''), readMinhash(measure(b).minhash() ?? ''))

it('counts sentences by their marks, and lines without one from four words on', () => {
  const text = measure(
    `<nav><ul><li>Home<li>About us</ul></nav><h1>Four words make one</h1>
     <p>It costs 3.50 today. Really<b>?</b> <i>Yes!</i> and that<br>was all</p><p>OK…`,
  )
  expect(text.sentences).toBe(6)
  expect(text.sentenceWords).toBe(4 + 4 + 1 + 1 + 4 + 1)
})

it('counts sentences of scripts without spaces', () => {
  expect(measure('<p>これは本です。いいですか？はい。').sentences).toBe(3)
})

it('counts groups of vowels, and endings that English does not speak', () => {
  const text = measure('<p>Make the little tree whole, Éloïse.')
  expect([text.vowelGroups, text.silentEndings]).toEqual([2 + 1 + 2 + 1 + 2 + 3, 2 + 1])
})

it('has one hash for one text, whatever its markup, case, spaces and frame', () => {
  const plain = measure('<p>One two three</p><p>four, five.</p>')
  const other = measure('<nav>Menu</nav><div>ONE <b>tw</b>o\n three &mdash; four<br>five</div><footer>Imprint</footer>')
  expect(other.textHash()).toBe(plain.textHash())
  expect(measure('<p>One two four three five').textHash()).not.toBe(plain.textHash())
  expect(plain.textHash()).toMatch(/^[\w-]{11}$/)
})

it('has no hash and no signature for a page without content', () => {
  const text = measure('<nav>Menu</nav><p> — </p>')
  expect([text.textHash(), text.minhash()]).toEqual([null, null])
})

it('tells how much two texts have in common', () => {
  const words = Array.from({ length: 1_000 }, (_, i) => `word${(i * 7_919) % 1_009}`)
  const text = words.join(' ')
  expect(likenessOf(text, text)).toBe(1)
  expect(likenessOf(text, [...words].reverse().join(' '))).toBeLessThan(0.1)
  // Of 997 shingles 940 stay and 57 come: 940 / 1,054 in common.
  const changed = words.map((word, i) => (i >= 100 && i < 154 ? `other${i}` : word)).join(' ')
  expect(likenessOf(text, changed)).toBeGreaterThan(0.8)
  expect(likenessOf(text, changed)).toBeLessThan(0.97)
})

it('compares short texts, too', () => {
  const text = 'a red shoe for the summer in size nine'
  expect(likenessOf(text, text)).toBe(1)
  expect(likenessOf(text, 'an entirely different thing that nobody has in mind')).toBeLessThan(0.2)
  expect(likenessOf('one two', 'one two')).toBe(1)
  expect(likenessOf('one two', 'one three')).toBeLessThan(0.5)
})

it('knows the filler of templates where a visitor sees it', () => {
  expect(measure('<p>LOREM <b>Ipsum</b> dolor').isFiller).toBe(true)
  expect(measure('<p title="lorem ipsum">Hello<script>"lorem ipsum"</script>').isFiller).toBe(false)
})
