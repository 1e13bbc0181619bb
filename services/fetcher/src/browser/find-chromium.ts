import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'
import { CodedError } from '@seine/runtime'

/** Names it is installed under, best first: the shell has no windows and costs a quarter of the CPU a page. */
const names = [
  'chromium-headless-shell',
  'chrome-headless-shell',
  'chromium',
  'chromium-browser',
  'google-chrome-stable',
  'google-chrome',
]

/**
 * The path of the Chromium to run: `chromiumPath` where it is given, else the first on `searchPath`. Throws a CodedError
 * that says what to do.
 */
export function findChromium(
  { chromiumPath, searchPath }: { chromiumPath: string | undefined; searchPath: string },
  isExecutable: (path: string) => boolean = canRun,
): string {
  if (chromiumPath !== undefined) {
    if (isExecutable(chromiumPath)) return chromiumPath
    throw new CodedError('no-chromium', `CHROMIUM_PATH: '${chromiumPath}' is no program that can be run`)
  }
  const folders = searchPath.split(delimiter).filter((folder) => folder !== '')
  for (const name of names) {
    const found = folders.map((folder) => join(folder, name)).find(isExecutable)
    if (found !== undefined) return found
  }
  throw new CodedError(
    'no-chromium',
    'no Chromium on PATH: install one (Debian: apt-get install chromium-headless-shell) or set CHROMIUM_PATH',
  )
}

function canRun(path: string): boolean {
  try {
    accessSync(path, constants.X_OK)
    return true
  } catch {
    return false
  }
}
