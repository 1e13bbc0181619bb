import type { Site } from '@seine/contracts'
import { hostOf } from './host.ts'

export type ScopeReason = 'scheme' | 'host' | 'extension' | 'exclude' | 'include'
export type ScopeVerdict = { allowed: true } | { allowed: false; reason: ScopeReason }

/** Endings of paths that lead to no page. What may be a page at some site (xml, txt, json, php, cgi) is not among them. */
const extensionsOfNoPages = new Set(
  [
    'apng avif bmp cur eps gif heic heif icns ico jfif jpeg jpg jxl png psd raw svg svgz tif tiff webp', // images
    '3gp avi flv m2ts m4v mkv mov mp4 mpeg mpg ogv qt rm swf ts vob webm wmv m3u8 mpd', // video
    'aac aif aiff amr flac m4a mid midi mp3 oga ogg opus wav wma', // audio
    'eot otf ttc ttf woff woff2', // fonts
    '7z ace arj br bz2 cab gz jar lz lz4 lzma rar tar tbz tbz2 tgz txz war xz z zip zst', // archives
    'apk appimage bin deb dll dmg exe img ipa iso msi msix pkg rpm run so', // programs
    'doc docm docx dot epub key mobi odp ods odt pdf pot pps ppt pptx ps rtf xls xlsm xlsx', // documents
    'css ics js less map mjs scss vcf wasm', // parts of pages
  ].flatMap((line) => line.split(' ')),
)

const allowed: ScopeVerdict = { allowed: true }
const refusals = Object.fromEntries(
  (['scheme', 'host', 'extension', 'exclude', 'include'] as const).map((reason) => [
    reason,
    { allowed: false, reason } as const,
  ]),
) as Record<ScopeReason, ScopeVerdict>

/**
 * The hosts of a site, as {@link hostOf} writes them: those of its start URLs, with and without `www.`, because a home page
 * that redirects to its other name is still the site's (ADR-0001), and those it names.
 */
export function siteHosts(site: Pick<Site, 'startUrls' | 'hosts'>): ReadonlySet<string> {
  const own = site.startUrls.map(hostOf)
  return new Set([...own, ...own.flatMap(wwwTwin), ...site.hosts.map((host) => hostOf(`https://${host}/`))])
}

/** An address has none. */
function wwwTwin(host: string): string[] {
  if (/^\[|^[\d.]+(?::\d+)?$/.test(host)) return []
  return [host.startsWith('www.') ? host.slice(4) : `www.${host}`]
}

/**
 * What belongs to a site. Takes canonical URLs; the reason is that of the first rule broken: scheme, host, extension,
 * exclude, include. Throws SyntaxError where a pattern is no regular expression (the site's schema has checked).
 */
export function makeScope(
  site: Pick<Site, 'startUrls' | 'hosts' | 'include' | 'exclude'>,
): (url: string) => ScopeVerdict {
  const hosts = siteHosts(site)
  const include = site.include.map((source) => new RegExp(source))
  const exclude = site.exclude.map((source) => new RegExp(source))

  return (url) => {
    if (!url.startsWith('https://') && !url.startsWith('http://')) return refusals.scheme
    if (!hosts.has(hostOf(url))) return refusals.host
    const extension = extensionOf(url)
    if (extension !== null && extensionsOfNoPages.has(extension)) return refusals.extension
    if (exclude.some((pattern) => pattern.test(url))) return refusals.exclude
    if (include.length > 0 && !include.some((pattern) => pattern.test(url))) return refusals.include
    return allowed
  }
}

/** The lower-case ending of the path's last segment, or null. A name with a colon has none: wikis call pages `File:Map.png`. */
export function extensionOf(url: string): string | null {
  const mark = url.indexOf('?')
  const end = mark === -1 ? url.length : mark
  const slash = url.lastIndexOf('/', end - 1)
  const dot = url.lastIndexOf('.', end - 1)
  if (slash < 8 || dot <= slash || end - dot > 9) return null
  if (url.slice(slash, dot).includes(':')) return null
  return url.slice(dot + 1, end).toLowerCase()
}
