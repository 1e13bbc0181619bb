import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { findChromium } from './find-chromium.ts'
import { launchBrowser, type RunningBrowser } from './launch-browser.ts'
import { chromiumHere } from './testing/rendering.ts'

const title = chromiumHere
  ? 'a launched browser'
  : 'a launched browser (skipped: no Chromium on PATH or in CHROMIUM_PATH)'

describe.skipIf(!chromiumHere)(title, () => {
  let running: RunningBrowser

  beforeAll(async () => {
    const { CHROMIUM_PATH: chromiumPath, PATH: searchPath = '' } = process.env
    running = await launchBrowser({ executablePath: findChromium({ chromiumPath, searchPath }), maxHeapMb: 256 })
  })
  afterAll(() => running.close())

  it('reaches nothing by itself, neither by name nor by address', async () => {
    let connections = 0
    const web = createServer((_request, response) => response.end('reached')).on('connection', () => connections++)
    await new Promise<void>((resolve) => web.listen(0, resolve))
    const { port } = web.address() as AddressInfo
    const context = await running.browser.newContext()
    const page = await context.newPage()
    for (const host of ['127.0.0.1', '[::1]', 'localhost', 'a.localhost'])
      await expect(page.goto(`http://${host}:${port}/`)).rejects.toThrow('net::ERR_')
    expect(connections).toBe(0)
    await context.close()
    web.close()
  })

  it('tells its processes and their memory', async () => {
    const processes = await running.processes()
    expect(processes.map(({ type }) => type)).toContain('browser')
    if (process.platform === 'linux') for (const { memoryBytes } of processes) expect(memoryBytes).toBeGreaterThan(0)
  })

  it('knows nothing of our environment', async () => {
    const main = (await running.processes()).find(({ type }) => type === 'browser')
    if (process.platform !== 'linux' || main === undefined) return
    const names = (await readFile(`/proc/${main.pid}/environ`, 'utf8')).split('\0').map((entry) => entry.split('=')[0])
    expect(names).not.toContain('VITEST')
    expect(names).toContain('TMPDIR')
  })
})
