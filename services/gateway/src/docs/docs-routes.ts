import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { stringify } from 'yaml'
import { z } from 'zod'
import type { JsonSchema } from '../http/openapi-schemas.ts'
import { type AnyRoute, defineRoute } from '../http/route.ts'
import { referencePage } from './reference-page.ts'

/** Files of the API browser that are served, and nothing else of its package. */
const assets = {
  'swagger-ui.css': 'text/css; charset=utf-8',
  'swagger-ui-bundle.js': 'text/javascript; charset=utf-8',
  'start.js': 'text/javascript; charset=utf-8',
} as const
type Asset = keyof typeof assets

/** Its scripts are files; what it puts on a page as it runs is style attributes and drawn icons. */
const browserPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ')

const browserPage = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Seine API</title>
<link rel="stylesheet" href="/api/docs/assets/swagger-ui.css">
<body>
<main id="reference"></main>
<script src="/api/docs/assets/swagger-ui-bundle.js"></script>
<script src="/api/docs/assets/start.js"></script>
</body>
</html>
`

/** Sends the CSRF token with what is tried out, so that a session can. */
const startScript = `'use strict'
const session = fetch('/api/session').then((answer) => (answer.ok ? answer.json() : null)).catch(() => null)
SwaggerUIBundle({
  url: '/api/docs/openapi.json',
  domNode: document.getElementById('reference'),
  deepLinking: true,
  displayRequestDuration: true,
  defaultModelsExpandDepth: 0,
  validatorUrl: null,
  requestInterceptor: async (request) => {
    const token = (await session)?.data?.csrfToken
    if (token) request.headers['X-CSRF-Token'] = token
    return request
  },
})
`

/** The document of the API as JSON, as YAML, as a page to try it out on and as one to read. */
export function docsRoutes(makeDocument: () => JsonSchema): AnyRoute[] {
  let made: JsonSchema | undefined
  const document = () => {
    made ??= makeDocument()
    return made
  }
  let page: string | undefined
  const files = new Map<Asset, Promise<string>>()
  const html = (text: string, policy: string) =>
    new Response(text, { headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy } })
  return [
    defineRoute({
      method: 'get',
      path: '/api/docs',
      id: 'browseDocs',
      access: 'read',
      summary: 'This API to look through and to try out, in a browser.',
      answer: { kind: 'raw', contentType: 'text/html', about: 'A page.' },
      handle: () => html(browserPage, browserPolicy),
    }),
    defineRoute({
      method: 'get',
      path: '/api/docs/redoc',
      id: 'readDocs',
      access: 'read',
      summary: 'This API on one page to read and print, without a script.',
      answer: { kind: 'raw', contentType: 'text/html', about: 'A page.' },
      handle() {
        page ??= referencePage(document())
        return html(page, "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'")
      },
    }),
    defineRoute({
      method: 'get',
      path: '/api/docs/openapi.json',
      id: 'getOpenApi',
      access: 'read',
      summary: 'This API as an OpenAPI 3.1 document.',
      answer: { kind: 'raw', contentType: 'application/json', about: 'The document.' },
      handle: () => Response.json(document()),
    }),
    defineRoute({
      method: 'get',
      path: '/api/docs/openapi.yaml',
      id: 'getOpenApiYaml',
      access: 'read',
      summary: 'The same document as YAML.',
      answer: { kind: 'raw', contentType: 'application/yaml', about: 'The document.' },
      handle: () => new Response(stringify(document()), { headers: { 'content-type': 'application/yaml' } }),
    }),
    defineRoute({
      method: 'get',
      path: '/api/docs/assets/{file}',
      id: 'getDocsAsset',
      access: 'read',
      summary: 'A file of the page to try this API out on.',
      params: z.strictObject({ file: z.enum(Object.keys(assets) as [Asset, ...Asset[]]) }),
      answer: { kind: 'raw', contentType: 'text/javascript', about: 'The file.' },
      async handle({ params: { file } }) {
        const text = files.get(file) ?? readAsset(file)
        files.set(file, text)
        return new Response(await text, { headers: { 'content-type': assets[file] } })
      },
    }),
  ]
}

function readAsset(file: Asset): Promise<string> {
  if (file === 'start.js') return Promise.resolve(startScript)
  const folder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'))
  return readFile(join(folder, file), 'utf8')
}
