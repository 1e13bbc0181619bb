import { globSync } from 'node:fs'

/** Real documentation out of Debian packages: some 15,600 pages, from 300 bytes to 6 MB. */
export const docPackages = {
  python: { packageName: 'python3-doc', root: '/usr/share/doc/python3.*/html' },
  postgres: { packageName: 'postgresql-doc-15', root: '/usr/share/doc/postgresql-doc-*/html' },
  java: { packageName: 'openjdk-17-doc', root: '/usr/share/doc/openjdk-*-jre-headless/api' },
  boost: { packageName: 'libboost-doc', root: '/usr/share/doc/libboost*-doc/doc/html' },
} as const

export type DocSiteName = keyof typeof docPackages
export const docSiteNames = Object.keys(docPackages) as DocSiteName[]

/** The folder a package put its pages in, or null where it is not installed. The newest, where there are several. */
export function docRoot(site: DocSiteName): string | null {
  return globSync(docPackages[site].root).sort().at(-1) ?? null
}
