/** Installs nginx and the documentation packages that are missing. Needs root. `node bench/sites/install.ts` */
import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { docPackages, docRoot, docSiteNames } from './packages.ts'

const missing = [
  ...(existsSync('/usr/sbin/nginx') ? [] : ['nginx']),
  ...docSiteNames.filter((site) => docRoot(site) === null).map((site) => docPackages[site].packageName),
]
if (missing.length === 0) {
  console.log('nothing to install')
} else {
  console.log(`installing ${missing.join(', ')}`)
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', ...missing]]) {
    const { status } = spawnSync('apt-get', args, { stdio: 'inherit', env })
    if (status !== 0) process.exit(status ?? 1)
  }
}
