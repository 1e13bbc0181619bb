import { describe, expect, it } from 'vitest'
import { findChromium } from './find-chromium.ts'

const installed =
  (...paths: string[]) =>
  (path: string) =>
    paths.includes(path)

describe('the Chromium to run', () => {
  it('is the one that is named', () => {
    const named = { chromiumPath: '/opt/chromium', searchPath: '/usr/bin' }
    expect(findChromium(named, installed('/opt/chromium', '/usr/bin/chromium'))).toBe('/opt/chromium')
  })

  it('is not another one where the named one is missing', () => {
    const named = { chromiumPath: '/opt/chromium', searchPath: '/usr/bin' }
    expect(() => findChromium(named, installed('/usr/bin/chromium'))).toThrow("CHROMIUM_PATH: '/opt/chromium'")
  })

  it('is the shell without windows where both are on the path, whatever the order of folders', () => {
    const has = installed('/a/chromium', '/b/chromium-headless-shell')
    expect(findChromium({ chromiumPath: undefined, searchPath: '/a:/b' }, has)).toBe('/b/chromium-headless-shell')
    expect(findChromium({ chromiumPath: undefined, searchPath: '/a' }, has)).toBe('/a/chromium')
  })

  it('that is nowhere is told with what to do', () => {
    expect(() => findChromium({ chromiumPath: undefined, searchPath: '' }, installed())).toThrow(
      /install one .* or set CHROMIUM_PATH/,
    )
  })
})
