import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { decodeText } from './charset.ts'

const conformanceDir = process.env.SEINE_CONFORMANCE_DIR ?? join(import.meta.dirname, '../../../../shared/conformance')
const file = join(conformanceDir, 'charset/html5lib-encoding.json')

describe.skipIf(!existsSync(file))(`html5lib encoding cases (skipped without ${file})`, () => {
  const { cases } = existsSync(file)
    ? (JSON.parse(readFileSync(file, 'utf8')) as { cases: { bodyBase64: string; encoding: string }[] })
    : { cases: [] }
  it.each(cases.map((c, i) => [i, c.encoding, c.bodyBase64] as const))(
    'case %i is read as %s',
    (_i, encoding, body) => {
      expect(decodeText(Buffer.from(body, 'base64'), null).charset).toBe(encoding.toLowerCase())
    },
  )
})

const latin = (text: string) => Buffer.from(text, 'latin1')

describe('decodeText', () => {
  it('believes a byte order mark over the header, and leaves the mark out', () => {
    expect(decodeText(Buffer.from('\uFEFFé'), 'text/html; charset=windows-1251')).toEqual({
      text: 'é',
      charset: 'utf-8',
    })
    expect(decodeText(Buffer.from('\uFEFFé', 'utf16le'), null)).toEqual({ text: 'é', charset: 'utf-16le' })
    expect(decodeText(Buffer.from([0xfe, 0xff, 0x00, 0xe9]), null)).toEqual({ text: 'é', charset: 'utf-16be' })
  })

  it('believes the header over the document', () => {
    const body = latin('<meta charset=utf-8>\xcf\xf0')
    expect(decodeText(body, 'text/html;charset="windows-1251"')).toEqual({
      text: '<meta charset=utf-8>Пр',
      charset: 'windows-1251',
    })
  })

  it('looks into the document when the header names no encoding it knows', () => {
    const body = latin('<meta charset=koi8-r>\xf0')
    expect(decodeText(body, 'text/html; charset=none')).toEqual({ text: '<meta charset=koi8-r>П', charset: 'koi8-r' })
    expect(decodeText(body, 'text/html; xcharset=utf-8').charset).toBe('koi8-r')
  })

  it.each([
    ["text/html; charset='utf-8'", 'utf-8'],
    ['text/html; Charset = UTF8 ; x=y', 'utf-8'],
    ['text/html; charset=latin1', 'windows-1252'],
    ['text/html; charset=GB2312', 'gbk'],
    ['text/html; charset=iso-8859-16', 'iso-8859-16'],
  ])('reads %s as %s', (header, charset) => {
    expect(decodeText(latin('x'), header).charset).toBe(charset)
  })

  it('reads an XML declaration', () => {
    expect(decodeText(latin('<?xml version="1.0" encoding="iso-8859-2"?><a>\xb1</a>'), null).text).toContain('ą')
  })

  it('knows UTF-16 without a mark by its XML declaration', () => {
    const xml = '<?xml version="1.0"?><a>é</a>'
    expect(decodeText(Buffer.from(xml, 'utf16le'), null)).toEqual({ text: xml, charset: 'utf-16le' })
    expect(decodeText(Buffer.from(xml, 'utf16le').swap16(), null)).toEqual({ text: xml, charset: 'utf-16be' })
  })

  it('takes undeclared bytes for UTF-8 where they all fit, for windows-1252 otherwise', () => {
    expect(decodeText(Buffer.from('naïve €'), null)).toEqual({ text: 'naïve €', charset: 'utf-8' })
    expect(decodeText(latin('na\xefve \x80'), null)).toEqual({ text: 'naïve €', charset: 'windows-1252' })
  })

  it('replaces bytes that do not fit instead of failing', () => {
    expect(decodeText(latin('a\xffb'), 'text/html; charset=utf-8').text).toBe('a\uFFFDb')
  })

  it('reads a declaration far down, and stops looking after 64 KiB', () => {
    const padded = (bytes: number) => latin(`<p>${'x'.repeat(bytes)}</p><meta charset=iso-8859-2>`)
    expect(decodeText(padded(60_000), null).charset).toBe('iso-8859-2')
    expect(decodeText(padded(66_000), null).charset).toBe('windows-1252')
  })

  it('reads a body that lies inside a larger buffer', () => {
    const whole = latin('??<meta charset=koi8-r>\xf0??')
    expect(decodeText(whole.subarray(2, -2), null).text).toBe('<meta charset=koi8-r>П')
  })

  it('stays fast on markup made to slow the search down', () => {
    const started = performance.now()
    decodeText(latin('<meta '.repeat(20_000)), null)
    decodeText(latin(`<a ${'='.repeat(70_000)}`), null)
    decodeText(latin('<!--'.repeat(20_000)), null)
    decodeText(latin(`<meta content="${'charset '.repeat(8_000)}">`), null)
    expect(performance.now() - started).toBeLessThan(500)
  })
})
