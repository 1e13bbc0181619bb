import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { gunzipSync } from 'node:zlib'
import { decodeHTML, decodeHTMLAttribute } from 'entities'
import fc from 'fast-check'
import { Tokenizer } from 'htmlparser2'
import { describe, expect, it } from 'vitest'
import { tagAt, textModes } from './tags.ts'
import { tokenizeHtml } from './tokenize-html.ts'

type Token = [kind: 'open' | 'attribute' | 'end' | 'self' | 'close' | 'text' | 'cdata', ...string[]]

/** Neighbouring texts are one: where they are cut means nothing. */
function push(tokens: Token[], token: Token): void {
  const last = tokens.at(-1)
  if (token[0] === 'text' && last?.[0] === 'text') last[1] += token[1] as string
  else if (token[0] !== 'text' || token[1] !== '') tokens.push(token)
}

function ours(html: string): Token[] {
  const tokens: Token[] = []
  let name = 0
  tokenizeHtml(html, {
    openTagName(start, end) {
      name = tagAt(html, start, end)
      push(tokens, ['open', html.slice(start, end)])
    },
    attribute(start, end, valueStart, valueEnd) {
      push(tokens, ['attribute', html.slice(start, end), decodeHTMLAttribute(html.slice(valueStart, valueEnd))])
    },
    openTagEnd(selfClosing) {
      push(tokens, [selfClosing ? 'self' : 'end'])
      return textModes[name] ?? 'markup'
    },
    closeTag: (start, end) => push(tokens, ['close', html.slice(start, end)]),
    text(start, end, hasReferences) {
      const text = html.slice(start, end)
      push(tokens, ['text', hasReferences ? decodeHTML(text) : text])
    },
    cdata: (start, end) => push(tokens, ['cdata', html.slice(start, end)]),
  })
  return tokens
}

function reference(html: string): Token[] {
  const tokens: Token[] = []
  const nothing = (): void => {}
  let name = ''
  let value = ''
  const tokenizer = new Tokenizer(
    {},
    {
      onopentagname: (start, end) => push(tokens, ['open', html.slice(start, end)]),
      onattribname(start, end) {
        name = html.slice(start, end)
        value = ''
      },
      onattribdata(start, end) {
        value += html.slice(start, end)
      },
      onattribentity(code) {
        value += String.fromCodePoint(code)
      },
      onattribend: () => push(tokens, ['attribute', name, value]),
      onopentagend: () => push(tokens, ['end']),
      onselfclosingtag: () => push(tokens, ['self']),
      onclosetag: (start, end) => push(tokens, ['close', html.slice(start, end)]),
      ontext(start, end) {
        // It hands out the rest of an unfinished end tag as text from -1.
        if (start >= 0) push(tokens, ['text', html.slice(start, end)])
      },
      ontextentity: (code) => push(tokens, ['text', String.fromCodePoint(code)]),
      oncdata: (start, end, offset) => push(tokens, ['cdata', html.slice(start, end - offset)]),
      oncomment: nothing,
      ondeclaration: nothing,
      onend: nothing,
      onprocessinginstruction: nothing,
    },
  )
  tokenizer.write(html)
  tokenizer.end()
  return tokens
}

const piece = fc.constantFrom(
  ...[
    '<',
    '>',
    '</',
    '/>',
    '/',
    '"',
    "'",
    '=',
    '&',
    '&amp',
    '&amp;',
    '&lt',
    '&notit;',
    '&#65;',
    '&#x41',
    '&#xd800;',
    '-',
    '--',
    '!',
    '?',
    ' ',
    '\n',
  ],
  ...[
    '<!--',
    '-->',
    '--!>',
    '<!-->',
    '<!--->',
    '<!>',
    '<![CDATA[',
    ']]>',
    ']]]>',
    '<!doctype html>',
    '<?xml ?>',
    '</>',
    '</ ',
    '</1>',
    '<1',
    '< ',
  ],
  ...[
    '<a href=',
    '<a b',
    ' c="d&amp;e" ',
    " f='g' ",
    ' h=i&copy ',
    ' j = "k',
    '<br/>',
    '<br / >',
    '<p/ x>',
    '<p =x>',
    '<p x=>',
    '<p x="1"y=2>',
  ],
  ...[
    '<title>',
    '</title>',
    '</TITLE >',
    '<textarea/>',
    '</textarea',
    '<script>',
    '</script>',
    '</scripts>',
    '<SCRIPT src=x>',
    '<style>',
    '</style/',
  ],
  ...[
    '<xmp>',
    '</xmp>',
    '<iframe>',
    '</iframe>',
    '<noembed>',
    '</noembed>',
    '<noframes>',
    '</noframes>',
    '<plaintext>',
    '<scrip>',
    '<titles>',
  ],
)

it('cuts random markup as htmlparser2 does', () => {
  fc.assert(
    fc.property(
      fc.array(fc.oneof({ weight: 6, arbitrary: piece }, fc.string({ maxLength: 3 })), { maxLength: 40 }),
      (pieces) => {
        // The end of a page is read differently where a name stops there; a last tag takes it off the end.
        const html = `${pieces.join('')}\n<p>`
        // In a title it misses a reference right behind a `<` that starts no tag.
        fc.pre(!/<\/?[a-z]*&/i.test(html))
        expect(ours(html)).toEqual(reference(html))
      },
    ),
    { numRuns: 10_000 },
  )
})

it.each([
  '',
  'x',
  '<',
  '</',
  '<a',
  '<a b',
  '<a b=',
  '<a b="',
  '<!--',
  '<!',
  '</a',
  'x < y',
  'a&b',
  '<title>x',
  '<script>x</scrip',
])('stops at the end of %j without a tag that is not there', (html) => {
  expect(ours(html).filter(([kind]) => kind === 'end' || kind === 'close')).toEqual(
    /^<(?:title|script)/.test(html) ? [['end']] : [],
  )
})

const folder =
  process.env.SEINE_CONFORMANCE_DIR ?? fileURLToPath(new URL('../../../../shared/conformance', import.meta.url))
const pages = `${folder}/structured/product-pages-1.jsonl.gz`

describe.skipIf(!existsSync(pages))(`real pages, whole and cut anywhere (skipped where ${pages} is not there)`, () => {
  const htmls = (): string[] =>
    gunzipSync(readFileSync(pages))
      .toString()
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => (JSON.parse(line) as { html?: string }).html)
      .filter((html) => html !== undefined)

  it('are cut as htmlparser2 does', { timeout: 120_000 }, () => {
    for (const [index, html] of htmls().entries()) {
      // From any place on, a page is a broken one.
      for (const from of [0, Math.floor(((index + 1) * html.length) / 73)]) {
        const page = `${html.slice(from)}\n<p>`
        const tokens = ours(page)
        const wanted = reference(page)
        const different = tokens.findIndex((token, at) => token.join() !== wanted[at]?.join())
        expect([tokens[different], tokens.length], `page ${index} from ${from}, token ${different}`).toEqual([
          wanted[different],
          wanted.length,
        ])
      }
    }
  })
})
