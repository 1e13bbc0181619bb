import { execFileSync } from 'node:child_process'
import { expect, it } from 'vitest'

it('loads every engine in plain Node, which resolves packages otherwise than a test runner does', {
  timeout: 30_000,
}, () => {
  const script = `
    const { makeFieldReader, extractPage } = await import('./libs/extract/src/index.ts')
    const field = (name, rest) => ({ name, list: false, type: 'text', transform: [], required: true, ...rest })
    const fields = await makeFieldReader([
      field('a', { css: 'b', regex: '(\\\\w+)' }),
      field('b', { xpath: '//b' }),
      field('c', { css: 'i', jsonPath: '$.x' }),
    ])
    const html = '<b>bold</b><i>{"x":"y"}</i>'
    const page = extractPage({ url: 'https://a.test/', html, headers: {}, siteHosts: new Set(), fields })
    console.log(JSON.stringify([fields.problems, page.extracted]))`
  const out = execFileSync(process.execPath, ['--input-type=module', '-e', script], {
    cwd: new URL('../../../..', import.meta.url),
    encoding: 'utf8',
  })
  expect(JSON.parse(out)).toEqual([[], { a: 'bold', b: 'bold', c: 'y' }])
})
