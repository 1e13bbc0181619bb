import { readdirSync } from 'node:fs'
import { canonicalUrl } from '@seine/urls'

/**
 * Every HTML file below a folder and the one URL it is served at: `index.html` at its folder, the others at their own
 * name. Symbolic links are not followed, as the server doesn't either. Sorted by URL.
 */
export function findPages(root: string, origin: string): Map<string, string> {
  const pages = new Map<string, string>()
  for (const file of readdirSync(root, { recursive: true, withFileTypes: true })) {
    if (!file.isFile() || !/\.html?$/.test(file.name)) continue
    const path = `${file.parentPath}/${file.name}`
    const segments = path.slice(root.length + 1).split('/')
    if (file.name === 'index.html') segments[segments.length - 1] = ''
    const url = canonicalUrl(`${origin}/${segments.map(encodeURIComponent).join('/')}`)
    if (url === null || pages.has(url)) throw new Error(`${path} has no URL of its own: ${url}`)
    pages.set(url, path)
  }
  return new Map([...pages].sort(([a], [b]) => (a < b ? -1 : 1)))
}
