import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, expect, test } from 'vitest'

const folder = mkdtempSync(join(tmpdir(), 'seine-clock-'))
const file = join(folder, 'clock')
afterAll(() => rmSync(folder, { recursive: true }))

const inProcess = (script: string): string => {
  const preload = join(import.meta.dirname, 'clock-offset.ts')
  const env = { PATH: process.env.PATH, CHAOS_CLOCK_FILE: file }
  return execFileSync(process.execPath, ['--import', preload, '--input-type=module', '-e', script], {
    env,
    encoding: 'utf8',
  })
}

test('every way to ask for the time is off by what the file says, and a given time is not', () => {
  writeFileSync(file, '-20000')
  const asked = inProcess(
    'console.log(JSON.stringify([Date.now(), +new Date(), Date.parse(Date()), +new Date(5), new Date() instanceof Date]))',
  )
  const [now, constructed, called, given, isDate] = JSON.parse(asked) as [number, number, number, number, boolean]
  for (const ms of [now, constructed, called]) expect(Math.abs(ms - Date.now() + 20_000)).toBeLessThan(5_000)
  expect([given, isDate]).toEqual([5, true])
})

test('a running process moves when the file changes', () => {
  writeFileSync(file, '0')
  const jumped = inProcess(`
    import { writeFileSync } from 'node:fs'
    const before = Date.now()
    writeFileSync(${JSON.stringify(file)}, '15000')
    const deadline = performance.now() + 10_000
    while (Date.now() - before < 14_000 && performance.now() < deadline) await new Promise((r) => setTimeout(r, 20))
    console.log(performance.now() < deadline)`)
  expect(jumped.trim()).toBe('true')
})
