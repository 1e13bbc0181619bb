import { execFile } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'
import { projectRoot } from '@seine/stack'
import { eventually, type Mesh, type SampleSites, startMesh, startSampleSites } from '@seine/testkit'
import { Ajv2020 } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import openapiTS, { astToString } from 'openapi-typescript'
import { chromium as playwright } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { goodCases, type Known, parameterOf } from './api-cases.ts'

/** The document of the API against the API: every operation, good and bad input, every answer as the document has it. */
interface Operation {
  readonly operationId: string
  readonly parameters: readonly { name: string; in: string }[]
  readonly requestBody?: object
  readonly responses: Record<string, Record<string, unknown>>
  readonly 'x-access': string
}
interface Document {
  readonly paths: Record<string, Record<string, Operation>>
  readonly components: { readonly responses: Record<string, object> }
}

let samples: SampleSites
let mesh: Mesh
let document: Document
let known: Known
const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true })
addFormats.default(ajv)

beforeAll(async () => {
  samples = await startSampleSites()
  mesh = await startMesh({
    sites: samples.sites.filter(({ name }) => name === 'lamps'),
    fetchers: 1,
    env: { ...samples.fetcherEnv, LOG_LEVEL: 'debug' },
  })
  const [run, otherRun] = [await mesh.run({ limit: 20 }), await mesh.run({ limit: 20 })]
  document = (await (await request('/api/docs/openapi.json')).json()) as Document
  ajv.addSchema(document, 'api')
  const pages = (await (await request('/api/sites/lamps/pages?per_page=1')).json()) as {
    data?: { id: string; url: string }[]
  }
  const origin = samples.originOf('lamps')
  known = {
    run: run.id,
    otherRun: otherRun.id,
    page: pages.data?.[0]?.id ?? run.id,
    pageUrl: pages.data?.[0]?.url ?? `${origin}/`,
    host: new URL(origin).host,
    startUrl: `${origin}/`,
    made: new Map(),
  }
})

afterAll(async () => {
  await mesh?.stop()
  await samples?.stop()
})

/** Asks with the admin's key, unless `headers` say otherwise; waits where the caller is told to. */
async function request(path: string, init: RequestInit & { headers?: Record<string, string> } = {}): Promise<Response> {
  for (;;) {
    const headers = { authorization: `Bearer ${mesh.apiKey}`, ...init.headers }
    const answer = await fetch(mesh.gatewayUrl + path, { redirect: 'manual', ...init, headers })
    if (answer.status !== 429) return answer
    await answer.body?.cancel()
    await sleep(Number(answer.headers.get('retry-after') ?? 1) * 1_000)
  }
}

const operations = () =>
  Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ path, method, ...operation })),
  )
type Asked = ReturnType<typeof operations>[number]

/** What is wrong with an answer by the document. Null: nothing. */
async function problemOf({ path, method, responses, operationId }: Asked, answer: Response): Promise<string | null> {
  const about = `${operationId}: ${answer.status}`
  const said = responses[answer.status]
  if (said === undefined) return `${about} is not in the document: ${(await answer.text()).slice(0, 300)}`
  if (!answer.headers.has('x-correlation-id')) return `${about} has no X-Correlation-ID`
  const type = answer.headers.get('content-type') ?? ''
  if (!type.startsWith('application/json')) {
    await answer.body?.cancel()
    return null
  }
  const body = await answer.json()
  const pointer =
    typeof said.$ref === 'string'
      ? said.$ref
      : `#/paths/${path.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}/responses/${answer.status}`
  const validate = ajv.compile({ $ref: `api${encodeURI(pointer)}/content/application~1json/schema` })
  if (validate(body)) return null
  return `${about}: ${ajv.errorsText(validate.errors)} in ${JSON.stringify(body).slice(0, 500)}`
}

function pathFor(
  { path, operationId }: Asked,
  params: Record<string, string> = {},
  query: Record<string, string> = {},
) {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) =>
    encodeURIComponent(params[name] ?? parameterOf(name, path, known)),
  )
  const search = new URLSearchParams(query).toString()
  expect(operationId).not.toBe('')
  return filled + (search === '' ? '' : `?${search}`)
}

const json = { 'content-type': 'application/json' }

test('every operation answers good input as the document says', async () => {
  const all = operations()
  const order = Object.keys(goodCases)
  const place = ({ operationId }: Asked) => (order.includes(operationId) ? order.indexOf(operationId) : -1)
  const problems: string[] = []
  // What is made is asked about before it is removed: others first, then the cases in their order.
  for (const operation of all.toSorted((a, b) => place(a) - place(b))) {
    const { operationId, method, requestBody } = operation
    // Ending its own gateway's streams is not what is tested: one event and away.
    const leave = new AbortController()
    const { params, query, body, headers = {}, right, keep } = goodCases[operationId]?.(known) ?? {}
    if (operationId === 'getError') await untilKnown(known.made.get('fingerprint')!)
    const answer = await request(pathFor(operation, params, query), {
      method: method.toUpperCase(),
      signal: leave.signal,
      headers: { ...(requestBody === undefined ? {} : json), ...headers },
      ...(requestBody === undefined ? {} : { body: JSON.stringify(body ?? {}) }),
    })
    const isRight = operationId in goodCases ? (right?.includes(answer.status) ?? answer.ok) : answer.status < 500
    const copy = answer.headers.get('content-type')?.startsWith('application/json') ? await answer.clone().text() : ''
    if (!isRight) problems.push(`${operationId}: ${answer.status} for good input: ${copy.slice(0, 300)}`)
    const problem = await problemOf(operation, answer)
    if (problem !== null) problems.push(problem)
    if (keep !== undefined && answer.ok)
      known.made.set(keep.as, String((JSON.parse(copy) as { data: Record<string, unknown> }).data[keep.from]))
    leave.abort()
  }
  expect(problems).toEqual([])
}, 180_000)

/** A report is in the registry within 5 s. */
const untilKnown = (fingerprint: string) =>
  eventually(async () => expect((await request(`/api/errors/${fingerprint}`)).status).toBe(200), { timeoutMs: 6_000 })

test('every operation refuses bad input as the document says, and breaks at none', async () => {
  const problems: string[] = []
  const ask = async (operation: Asked, what: string, right: readonly number[], path: string, init: object) => {
    const answer = await request(path, { method: operation.method.toUpperCase(), ...init })
    if (!right.includes(answer.status)) problems.push(`${operation.operationId}: ${answer.status} for ${what}`)
    const problem = await problemOf(operation, answer)
    if (problem !== null) problems.push(`${what}: ${problem}`)
  }
  for (const operation of operations()) {
    const { requestBody, parameters, path } = operation
    const body = requestBody === undefined ? {} : { body: '{}', headers: json }
    const good = pathFor(operation)
    if (parameters.some((each) => each.in === 'query'))
      await ask(operation, 'a query parameter that is none', [400], `${good}?nonsense=1`, body)
    if (parameters.some((each) => each.name === 'per_page'))
      await ask(operation, 'a page of none', [400], `${good}?per_page=0`, body)
    if (path.includes('{')) {
      const odd = path.replaceAll(/\{\w+\}/g, encodeURIComponent('../Ünsinn\u0000'))
      await ask(operation, 'parameters that are none', [400, 404, 409, 422, 428], odd, body)
    }
    if (requestBody !== undefined) {
      const bodies = [
        ['a body that is no JSON', [400, 428], { body: '{', headers: json }],
        ['a body of another type', [415, 428], { body: 'a=b', headers: { 'content-type': 'text/plain' } }],
        ['a body with a field that is none', [422, 428], { body: '{"nonsense":1}', headers: json }],
        ['a body that is a list', [422, 428], { body: '[1]', headers: json }],
        ['a body with a prototype', [400, 422, 428], { body: '{"__proto__":{"admin":true}}', headers: json }],
      ] as const
      for (const [what, right, init] of bodies) await ask(operation, what, [...right], good, init)
      const large = { body: JSON.stringify({ message: 'x'.repeat(1_100_000) }), headers: json }
      await ask(operation, 'a body that is too large', [413], good, large)
    }
  }
  expect(problems).toEqual([])
}, 240_000)

test('without a credential nothing but what is public answers', async () => {
  const problems: string[] = []
  for (const operation of operations().filter((each) => each['x-access'] !== 'public')) {
    const answer = await fetch(mesh.gatewayUrl + pathFor(operation), { method: operation.method.toUpperCase() })
    // Who asks much without a credential is told to wait.
    if (![401, 429].includes(answer.status)) problems.push(`${operation.operationId}: ${answer.status}`)
    const problem = await problemOf(operation, answer)
    if (problem !== null) problems.push(problem)
  }
  expect(problems).toEqual([])
})

const chromium = ['chromium-headless-shell', 'chromium']
  .map((name) => `/usr/bin/${name}`)
  .find((path) => existsSync(process.env.CHROMIUM_PATH ?? path))
const inBrowser = chromium === undefined ? ' (skipped: no Chromium in /usr/bin or CHROMIUM_PATH)' : ''

test.skipIf(chromium === undefined)(
  `the pages of the document work under their policies${inBrowser}`,
  async () => {
    const browser = await playwright.launch({ executablePath: process.env.CHROMIUM_PATH ?? chromium! })
    try {
      const context = await browser.newContext({ extraHTTPHeaders: { authorization: `Bearer ${mesh.apiKey}` } })
      const page = await context.newPage()
      const complaints: string[] = []
      page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      page.on('pageerror', (error) => complaints.push(error.message))
      await page.goto(`${mesh.gatewayUrl}/api/docs`)
      await page.locator('#operations-bulk-runs-createRun').waitFor({ timeout: 15_000 })
      expect(await page.locator('.opblock').count()).toBe(operations().length)
      await page.goto(`${mesh.gatewayUrl}/api/docs/redoc`)
      expect(await page.locator('h3').count()).toBeGreaterThan(operations().length)
      // A key has no session to take a CSRF token from; the browser asks for an icon of its own accord.
      expect(complaints.filter((text) => !/favicon/.test(text))).toEqual([])
    } finally {
      await browser.close()
    }
  },
  60_000,
)

describe('a client made from the document', () => {
  test('compiles and works', async () => {
    const dir = await mkdtemp(join(projectRoot, 'tests/.client-'))
    try {
      await writeFile(join(dir, 'api.ts'), astToString(await openapiTS(JSON.stringify(document))))
      await writeFile(join(dir, 'use.ts'), useOfClient)
      const flags = [
        '--ignoreConfig',
        '--noEmit',
        '--strict',
        '--skipLibCheck',
        '--module',
        'nodenext',
        '--target',
        'esnext',
        '--types',
        'node',
      ]
      const tsc = join(projectRoot, 'node_modules/.bin/tsc')
      const compiled = await promisify(execFile)(tsc, [...flags, '--allowImportingTsExtensions', join(dir, 'use.ts')], {
        cwd: dir,
      }).catch((error: { stdout: string }) => ({ stdout: error.stdout }))
      expect(compiled.stdout).toBe('')
      const { use } = (await import(join(dir, 'use.ts'))) as {
        use: (baseUrl: string, key: string) => Promise<{ ids: string[]; code: string | undefined }>
      }
      const { ids, code } = await use(mesh.gatewayUrl, mesh.apiKey)
      expect(ids).toContain(known.run)
      expect(code).toBe('not-found')
    } finally {
      await rm(dir, { recursive: true })
    }
  }, 60_000)
})

/** What somebody writes with it: types of parameters, data and errors come from the document alone. */
const useOfClient = `import createClient from 'openapi-fetch'
import type { components, paths } from './api.ts'

export async function use(baseUrl: string, key: string) {
  const api = createClient<paths>({ baseUrl, headers: { authorization: \`Bearer \${key}\` } })
  const { data } = await api.GET('/api/bulk-runs', { params: { query: { per_page: 200, sort: 'created' } } })
  const runs: components['schemas']['Run'][] = data?.data ?? []
  const { error } = await api.GET('/api/bulk-runs/{id}', {
    params: { path: { id: '00000000-0000-7000-8000-000000000000' } },
  })
  return { ids: runs.map((run) => run.id), code: error?.error_code }
}
`
