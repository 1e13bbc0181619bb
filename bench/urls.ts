/** What libs/urls costs a link, over the links of real documentation pages in their order. `node bench/urls.ts` */
import { readFileSync } from 'node:fs'
import { canonicalUrl, makeScope, pathTrap, trapKeyOf } from '@seine/urls'
import { Parser } from 'htmlparser2'
import { docRoot, docSiteNames } from './sites/packages.ts'
import { findPages } from './sites/pages.ts'

const pagesOfSite = 500
const rounds = 5

type Link = { href: string; page: string }
const links: Link[] = []
for (const site of docSiteNames) {
  const root = docRoot(site)
  if (root === null) continue
  for (const [page, file] of [...findPages(root, `https://${site}.docs.test`)].slice(0, pagesOfSite)) {
    const parser = new Parser({
      onattribute(name, href) {
        if (name === 'href') links.push({ href, page })
      },
    })
    parser.end(readFileSync(file, 'utf8'))
  }
}
const canonical = links.flatMap(({ href, page }) => canonicalUrl(href, page) ?? [])
const scope = makeScope({
  startUrls: docSiteNames.map((s) => `https://${s}.docs.test/`),
  hosts: [],
  include: [],
  exclude: [],
})

console.log(`${links.length} links`)
measure('new URL(href, page).href', links, ({ href, page }) => URL.parse(href, page)?.href)
measure('canonicalUrl(href, page)', links, ({ href, page }) => canonicalUrl(href, page))
measure('canonicalUrl(canonical)', canonical, (url) => canonicalUrl(url))
measure('scope', canonical, (url) => scope(url))
measure('pathTrap', canonical, (url) => pathTrap(url))
measure('trapKeyOf', canonical, (url) => trapKeyOf(url))

function measure<T>(name: string, items: T[], work: (item: T) => unknown): void {
  let done = 0
  let start = process.cpuUsage()
  for (let round = 0; round <= rounds; round++) {
    if (round === 1) start = process.cpuUsage() // the first round warms up
    for (const item of items) if (work(item) !== undefined && round > 0) done++
  }
  const { user, system } = process.cpuUsage(start)
  console.log(`${name.padEnd(26)} ${(((user + system) * 1_000) / done).toFixed(0).padStart(5)} ns`)
}
