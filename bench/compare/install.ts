/**
 * Installs what the mesh is compared with, where it is missing: Crawlee with npm into .cache, Scrapy with apt-get (needs root).
 * What can't be installed is said and left out of the comparison. `node bench/compare/install.ts`
 */
import { spawnSync } from 'node:child_process'
import { cpSync } from 'node:fs'
import { crawleeFolder, crawleeSource, type Found, findCrawlee, findScrapy } from './installed.ts'

// Each time: its scripts may be newer than those there.
cpSync(crawleeSource, crawleeFolder, { recursive: true })
ensure(findCrawlee, () => run('npm', ['install', '--no-package-lock', '--loglevel=error'], crawleeFolder))
ensure(findScrapy, () => {
  run('apt-get', ['update'])
  run('apt-get', ['install', '-y', '--no-install-recommends', 'python3-scrapy'])
})

function ensure(find: () => Found, install: () => void): void {
  if ('version' in find()) return
  install()
  const found = find()
  console.log('version' in found ? `${found.version} is installed` : `left out: ${found.missing}`)
}

function run(command: string, args: string[], cwd?: string): void {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  const { status } = spawnSync(command, args, { stdio: ['ignore', 'ignore', 'inherit'], env, ...(cwd ? { cwd } : {}) })
  if (status !== 0) console.log(`${command} ${args.join(' ')}: failed`)
}
