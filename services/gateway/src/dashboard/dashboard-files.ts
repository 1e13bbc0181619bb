import { createHash } from 'node:crypto'
import { readdir, readFile } from 'node:fs/promises'
import { join, relative, sep } from 'node:path'

/** The dashboard's files as they were at the start of the process. */
export interface Dashboard {
  /** Null: not for the dashboard. Pages of it have paths of their own, so any that names no file is answered with its page. */
  answer(request: { method: string; path: string; header(name: string): string | undefined }): Response | null
}

interface StoredFile {
  readonly type: string
  readonly etag: string
  /** By content coding; `identity` is always there. */
  readonly bodies: ReadonlyMap<string, Uint8Array<ArrayBuffer>>
}

const types: Readonly<Record<string, string>> = {
  html: 'text/html; charset=utf-8',
  js: 'text/javascript; charset=utf-8',
  css: 'text/css; charset=utf-8',
  svg: 'image/svg+xml',
}
const codings = [
  ['br', '.br'],
  ['gzip', '.gz'],
] as const

/** Files of its own and nothing else: no inline script or style, no frame around it, no form to elsewhere. */
export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'self'",
  "frame-ancestors 'none'",
].join('; ')

/** Not the dashboard's, whatever their last part. */
const foreign = /^\/(api|ws|health|healthz|readyz|metrics)(\/|$)/

/** Reads a built dashboard. A folder that is not there gives a page that says how to build it. */
export async function loadDashboard(folder: string): Promise<Dashboard> {
  const files = await readFiles(folder)
  const page = files.get('/index.html')
  return {
    answer({ method, path, header }) {
      if ((method !== 'GET' && method !== 'HEAD') || foreign.test(path)) return null
      const file = files.get(path)
      if (file !== undefined && path !== '/index.html') {
        const caching = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'public, max-age=3600'
        return respond(file, caching, method, header)
      }
      if (/\.\w+$/.test(path) && path !== '/index.html') return null
      return page === undefined ? notBuilt() : respond(page, 'no-cache', method, header)
    },
  }
}

function respond(
  { type, etag, bodies }: StoredFile,
  caching: string,
  method: string,
  header: (name: string) => string | undefined,
): Response {
  const accepted = header('accept-encoding') ?? ''
  const [coding, body] = [...bodies].find(([name]) => accepts(accepted, name)) ?? ['identity', bodies.get('identity')!]
  const headers = new Headers({
    'content-type': type,
    'cache-control': caching,
    etag,
    vary: 'Accept-Encoding',
    'content-security-policy': contentSecurityPolicy,
    'x-frame-options': 'DENY',
    'referrer-policy': 'no-referrer',
  })
  if (header('if-none-match')?.includes(etag) === true) return new Response(null, { status: 304, headers })
  if (coding !== 'identity') headers.set('content-encoding', coding)
  headers.set('content-length', String(body.byteLength))
  return new Response(method === 'HEAD' ? null : body, { headers })
}

const accepts = (accepted: string, coding: string): boolean =>
  accepted.split(',').some((entry) => {
    const [name, weight] = entry.trim().split(/\s*;\s*/)
    return name?.toLowerCase() === coding && !/^q=0(\.0*)?$/.test(weight ?? '')
  })

function notBuilt(): Response {
  const text =
    'The dashboard is not built. Run: node services/gateway/dashboard/build.ts, and start the gateway again.\n'
  return new Response(text, { status: 503, headers: { 'content-type': 'text/plain; charset=utf-8' } })
}

async function readFiles(folder: string): Promise<Map<string, StoredFile>> {
  const files = new Map<string, StoredFile>()
  for (const path of await pathsIn(folder)) {
    const type = types[path.split('.').at(-1)!]
    if (type === undefined) continue
    const plain = await readFile(path)
    const bodies = new Map<string, Uint8Array<ArrayBuffer>>()
    for (const [coding, ending] of codings) {
      const compressed = await readFile(path + ending).catch(ifAbsent(null))
      if (compressed !== null) bodies.set(coding, compressed)
    }
    bodies.set('identity', plain)
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`
    files.set(`/${relative(folder, path).split(sep).join('/')}`, { type, etag, bodies })
  }
  return files
}

async function pathsIn(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(ifAbsent([]))
  return entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name))
}

const ifAbsent =
  <T>(value: T) =>
  (error: unknown): T => {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return value
    throw error
  }
