import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, describe, expect, it } from 'vitest'
import { checkArchive } from './check-archive.ts'

const folder = mkdtempSync(`${tmpdir()}/check-archive-`)
afterAll(() => rmSync(folder, { recursive: true }))

const html = '<!doctype html><svg><title>no</title></svg><title>\n One &amp;\n two </title>'
writeFileSync(`${folder}/a.html`, html)
writeFileSync(`${folder}/b.html`, '<title>=1+1</title>')
const pages = {
  docs: new Map([
    ['http://docs.test/', `${folder}/a.html`],
    ['http://docs.test/b.html', `${folder}/b.html`],
  ]),
}
const size = Buffer.byteLength(html)
const good = [`"http://docs.test/",200,"One & two",${size}`, `"http://docs.test/b.html",200,"'=1+1",19`]

let archives = 0
async function check(rows: string[], header = '"Address","Status Code","Title 1","Size (Bytes)"') {
  const archive = `${folder}/${++archives}`
  mkdirSync(`${archive}/docs`, { recursive: true })
  writeFileSync(`${archive}/docs/seo.csv`, `\ufeff${[header, ...rows].join('\r\n')}\r\n`)
  return checkArchive(archive, pages)
}

describe('checkArchive', () => {
  it('finds nothing wrong where every page is there once, other rows beside them', async () => {
    const others = [
      '"http://docs.test/index.html",301,,169',
      '"http://docs.test/c",,,',
      '"http://docs.test/d",404,,153',
    ]
    expect(await check([...good, ...others])).toEqual({
      ok: true,
      pages: 2,
      otherRows: { '301': 1, none: 1, '404': 1 },
      problemCount: 0,
      problems: [],
    })
  })

  it.each([
    ['a page that is missing', good.slice(1), 'http://docs.test/: missing'],
    ['a page that is there twice', [...good, good[0] ?? ''], 'http://docs.test/: twice'],
    ['a page of another name', [...good, '"http://docs.test/index.html",200,"x",1'], 'no page'],
    ['a page that failed', [good[1] ?? '', '"http://docs.test/",500,,'], 'status 500'],
    ['another title', [good[1] ?? '', `"http://docs.test/",200,"One",${size}`], 'not "One & two"'],
    ['another size', [good[1] ?? '', '"http://docs.test/",200,"One & two",1'], `1 bytes, the file has ${size}`],
  ])('finds %s', async (_, rows, problem) => {
    const { ok, problems } = await check(rows)
    expect(ok).toBe(false)
    expect(problems).toHaveLength(1)
    expect(problems[0]).toContain(problem)
  })

  it('finds a report without its columns, and none at all', async () => {
    expect((await check(['1'], '"Url"')).problems[0]).toContain('no column Address')
    expect((await checkArchive(`${folder}/nowhere`, pages)).problems).toEqual(['docs: 0 files are called docs/seo.csv'])
  })
})
