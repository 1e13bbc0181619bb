import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type Browser, chromium } from 'playwright-core'
import { chromiumFlags } from './chromium-flags.ts'
import { type BrowserProcess, memoryOf } from './process-memory.ts'

/** One Chromium with all its processes. */
export interface RunningBrowser {
  readonly browser: Browser
  /** Called once when it is gone, whoever ended it. */
  onGone(callback: () => void): void
  processes(): Promise<BrowserProcess[]>
  /** Kills one of its processes. */
  kill(pid: number): void
  /** Ends it, by force if it has to be, and removes its files. Never rejects for a browser that is gone already. */
  close(): Promise<void>
}

const launchTimeoutMs = 20_000
/** What has not closed after this is killed. */
const closeTimeoutMs = 5_000

/** Starts Chromium headless with a profile of its own, which goes with it. Rejects where it doesn't start. */
export async function launchBrowser(options: { executablePath: string; maxHeapMb: number }): Promise<RunningBrowser> {
  const folder = await mkdtemp(join(tmpdir(), 'seine-browser-'))
  const removeFolder = () => rm(folder, { recursive: true, force: true, maxRetries: 3 })
  try {
    const browser = await chromium.launch({
      executablePath: options.executablePath,
      args: chromiumFlags(options),
      // As root it has no sandbox to offer, and refuses to start with one.
      chromiumSandbox: process.getuid?.() !== 0,
      // Nothing of our own environment: passwords in it must not be where pages from anywhere run.
      env: { PATH: process.env.PATH ?? '', HOME: folder, TMPDIR: folder, LANG: 'C.UTF-8' },
      timeout: launchTimeoutMs,
      handleSIGINT: false,
      handleSIGTERM: false,
      handleSIGHUP: false,
    })
    return await attach(browser, removeFolder)
  } catch (error) {
    await removeFolder()
    throw error
  }
}

async function attach(browser: Browser, removeFolder: () => Promise<void>): Promise<RunningBrowser> {
  const session = await browser.newBrowserCDPSession()
  const listed = async () => (await session.send('SystemInfo.getProcessInfo')).processInfo
  const mainPid = (await listed()).find(({ type }) => type === 'browser')?.id
  return {
    browser,
    onGone(callback) {
      if (browser.isConnected()) browser.once('disconnected', callback)
      else callback()
    },
    processes: async () =>
      Promise.all((await listed()).map(async ({ id: pid, type }) => ({ pid, type, memoryBytes: await memoryOf(pid) }))),
    kill,
    async close() {
      const force = setTimeout(() => mainPid !== undefined && kill(mainPid), closeTimeoutMs)
      await browser.close()
      clearTimeout(force)
      await removeFolder()
    },
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}
