import { join } from 'node:path'
import { crawleeFolder, findCrawlee, findScrapy, scrapyPython } from './installed.ts'
import type { Tool } from './tool.ts'

/** Requests at once, in every tool: more makes none of them faster on loopback. */
export const toolConcurrency = 32

/** Names of the rows that goals are measured by. */
export const toolNames = {
  crawleeDurable: 'Crawlee, default storage',
  scrapy: 'Scrapy',
  ceiling: 'ceiling: loop with the fetcher’s extraction',
} as const

const here = import.meta.dirname
const concurrency = String(toolConcurrency)
const node = process.execPath
const own = { version: `Node ${process.version.slice(1)}` }
const nothing = 'nothing'

/** What the mesh is compared with, in the order of the table. */
export function comparedTools(): Tool[] {
  const crawlee = findCrawlee()
  return [
    {
      name: toolNames.crawleeDurable,
      found: crawlee,
      survives: 'kill -9: requests and rows done so far (a file each, never synced); power cut: nothing promised',
      gives: 'the compared fields, CSV',
      command: node,
      args: ({ urlsFile, folder }) => [join(crawleeFolder, 'crawl.mjs'), urlsFile, folder, 'durable', concurrency],
      csv: 'pages.csv',
    },
    {
      name: 'Crawlee, in memory',
      found: crawlee,
      survives: nothing,
      gives: 'the compared fields, CSV',
      command: node,
      args: ({ urlsFile, folder }) => [join(crawleeFolder, 'crawl.mjs'), urlsFile, folder, 'memory', concurrency],
      csv: 'pages.csv',
    },
    {
      name: toolNames.scrapy,
      found: findScrapy(),
      survives: 'kill -9: the rows that were flushed, not where it was; power cut: nothing promised',
      gives: 'the compared fields, CSV',
      command: scrapyPython,
      args: ({ urlsFile, folder }) => [join(here, 'scrapy/crawl.py'), urlsFile, folder, concurrency],
      csv: 'pages.csv',
    },
    {
      name: toolNames.ceiling,
      found: own,
      survives: nothing,
      gives: 'the record of all 93 columns and the product, thrown away',
      command: node,
      args: ({ urlsFile }) => [join(here, 'loop.ts'), urlsFile, 'full', concurrency],
    },
    {
      name: 'bare loop: undici and htmlparser2',
      found: own,
      survives: nothing,
      gives: 'title, description, canonical, h1, links, words, thrown away',
      command: node,
      args: ({ urlsFile }) => [join(here, 'loop.ts'), urlsFile, 'bare', concurrency],
    },
  ]
}
