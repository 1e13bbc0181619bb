import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { afterAll, expect, it } from 'vitest'
import { readServerLog } from './server-log.ts'

const folder = mkdtempSync(`${tmpdir()}/server-log-`)
afterAll(() => rmSync(folder, { recursive: true }))

const line = (uri: string, status = 200) => `1.0\t127.0.0.1:1\t${uri}\t${status}\t10\n`

it('counts each page that was answered once, and begins anew at each call', () => {
  const log = `${folder}/access.log`
  writeFileSync(log, line('/a%20b') + line('/a b') + line('/robots.txt') + line('/c', 301))
  const pages = {
    docs: new Map([
      ['http://docs.test/a%20b', ''],
      ['http://docs.test/c', ''],
    ]),
  }
  const { pagesSinceLast } = readServerLog({ accessLogs: { docs: log }, pages })
  expect(pagesSinceLast()).toBe(1)
  expect(pagesSinceLast()).toBe(0)
  appendFileSync(log, line('/a%20b') + line('/c'))
  expect(pagesSinceLast()).toBe(2)
})
