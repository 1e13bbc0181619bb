import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'

const projectFolder = join(import.meta.dirname, '../..')

/** Crawlee and the script that uses it: beside each other, because a script's packages are looked for from where it is. */
export const crawleeFolder = join(projectFolder, '.cache/compare/crawlee')
/** What is copied there. */
export const crawleeSource = join(import.meta.dirname, 'crawlee')

/** Debian's own: another Python on PATH doesn't see Debian's packages. */
export const scrapyPython = '/usr/bin/python3'

export type Found = { version: string } | { missing: string }

export function findCrawlee(): Found {
  const manifest = join(crawleeFolder, 'node_modules/@crawlee/cheerio/package.json')
  if (!existsSync(manifest)) return { missing: 'Crawlee is not installed: node bench/compare/install.ts' }
  return { version: `Crawlee ${(JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version}` }
}

export function findScrapy(): Found {
  const script =
    'import scrapy, lxml.etree, platform; print(scrapy.__version__, lxml.etree.__version__, platform.python_version())'
  const { status, stdout } = spawnSync(scrapyPython, ['-c', script], { encoding: 'utf8' })
  if (status !== 0)
    return {
      missing: 'Scrapy is not installed: apt-get install python3-scrapy, or node bench/compare/install.ts as root',
    }
  const [scrapy, lxml, python] = stdout.trim().split(' ')
  return { version: `Scrapy ${scrapy}, lxml ${lxml}, Python ${python}` }
}
