import { createVerify, generateKeyPairSync } from 'node:crypto'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { newId } from '@seine/contracts'
import { afterEach, expect, test } from 'vitest'
import { siteRunOf } from '../testing.ts'
import { askJson } from './ask-json.ts'
import { makeGoogleSheets, sheetHeader, sheetsScope } from './google-sheets.ts'
import { makeGoogleToken } from './google-token.ts'
import type { PackedRun } from './sink.ts'

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const privatePem = privateKey.export({ type: 'pkcs8', format: 'pem' }) as string
const nowMs = Date.UTC(2026, 10, 21)
const stops: (() => Promise<unknown>)[] = []
afterEach(async () => {
  for (const stop of stops.splice(0)) await stop()
})

/** Google on loopback: it checks what is signed, gives tokens and keeps one sheet. */
async function startGoogle() {
  const state = { rows: [] as unknown[][], tokens: 0, requests: [] as string[], refuse: 0 }
  let url = ''
  const server = createServer(async (request, response) => {
    const answer = (status: number, body: unknown) => response.writeHead(status).end(JSON.stringify(body))
    const body = await text(request)
    const { method, url: path = '' } = request
    if (path === '/token') {
      const problem = problemOf(new URLSearchParams(body), `${url}/token`)
      if (problem !== null) return answer(400, { error: 'invalid_grant', error_description: problem })
      return answer(200, { access_token: `token-${++state.tokens}`, expires_in: 3_600, token_type: 'Bearer' })
    }
    state.requests.push(`${method} ${decodeURIComponent(path)}`)
    if (state.refuse > 0) {
      state.refuse--
      return answer(503, { error: { message: 'The service is currently unavailable.' } })
    }
    if (request.headers.authorization !== `Bearer token-${state.tokens}`) return answer(401, {})
    const said = body === '' ? {} : JSON.parse(body)
    if (method === 'GET') return answer(200, state.rows.length === 0 ? {} : { values: state.rows })
    if (path.includes(':append')) state.rows.push(...said.values)
    for (const { range, values } of said.data ?? []) state.rows[Number(/!A(\d+)$/.exec(range)?.[1]) - 1] = values[0]
    return answer(200, {})
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  stops.push(() => new Promise((resolve) => server.close(resolve)))
  stops.push(async () => server.closeAllConnections())
  return Object.assign(state, { url })
}

async function text(request: IncomingMessage): Promise<string> {
  let body = ''
  for await (const chunk of request) body += String(chunk)
  return body
}

function problemOf(form: URLSearchParams, audience: string): string | null {
  if (form.get('grant_type') !== 'urn:ietf:params:oauth:grant-type:jwt-bearer') return 'grant type'
  const [header = '', claims = '', signature = ''] = (form.get('assertion') ?? '').split('.')
  const isSigned = createVerify('RSA-SHA256').update(`${header}.${claims}`).verify(publicKey, signature, 'base64url')
  if (!isSigned) return 'signature'
  const read = (part: string) => JSON.parse(Buffer.from(part, 'base64url').toString('utf8'))
  expect(read(header)).toEqual({ alg: 'RS256', typ: 'JWT', kid: 'key-1' })
  expect(read(claims)).toEqual({
    iss: 'robot@project.example',
    scope: sheetsScope,
    aud: audience,
    iat: nowMs / 1_000,
    exp: nowMs / 1_000 + 3_600,
  })
  return null
}

function sinkOf(google: { url: string }, key = privatePem, clock = () => nowMs) {
  const account = {
    client_email: 'robot@project.example',
    private_key: key,
    private_key_id: 'key-1',
    token_uri: `${google.url}/token`,
  }
  const token = makeGoogleToken({ account, scope: sheetsScope, ask: askJson, nowMs: clock })
  return makeGoogleSheets({ baseUrl: google.url, spreadsheet: 'sheet-id', sheet: "Analyst's", token, ask: askJson })
}

const { signal } = new AbortController()
const packed = (runId: string, names: string[]): PackedRun => ({
  runId,
  createdAt: '2026-11-20T09:00:00.000Z',
  sites: names.map((name) => ({
    run: { ...siteRunOf(runId, name, []), startedAt: '2026-11-20T10:00:00.000Z' },
    report: null,
  })),
  files: [],
})
const names = (rows: unknown[][]) => rows.map((row) => row[2])

test('a run becomes a row for each site under a header, and a second run comes behind it', async () => {
  const google = await startGoogle()
  const sink = sinkOf(google)
  const [first, second] = [newId(), newId()]
  expect(await sink.deliver(packed(first, ['books', '=cmd()']), signal)).toBe('2 rows added, 0 written anew')
  expect(await sink.deliver(packed(second, ['books']), signal)).toBe('1 rows added, 0 written anew')
  expect(google.rows[0]).toEqual(sheetHeader)
  expect(names(google.rows)).toEqual(['Site', 'books', '=cmd()', 'books'])
  expect(google.rows[1]?.slice(0, 4)).toEqual([first, '2026-11-20 09:00:00', 'books', 'completed'])
  expect(google.rows[1]).toContain('2026-11-20 10:00:00')
  expect(google.rows.every((row) => row.length === sheetHeader.length)).toBe(true)
  // What starts with an equals sign is a text there and no formula.
  expect(google.requests.filter((request) => request.startsWith('POST')).every((r) => r.includes('=RAW'))).toBe(true)
  expect(google.requests[0]).toBe("GET /v4/spreadsheets/sheet-id/values/'Analyst''s'!A:C?majorDimension=ROWS")
  expect(google.tokens).toBe(1)
})

test('a run that comes again is there once: its rows are written anew', async () => {
  const google = await startGoogle()
  const sink = sinkOf(google)
  const runId = newId()
  await sink.deliver(packed(runId, ['books']), signal)
  await sink.deliver(packed(newId(), ['books']), signal)
  const again = packed(runId, ['books', 'lamps'])
  const failed = {
    ...again,
    sites: again.sites.map(({ run }) => ({ run: { ...run, status: 'failed' as const }, report: null })),
  }
  expect(await sink.deliver(failed, signal)).toBe('1 rows added, 1 written anew')
  expect(google.rows.map((row) => [row[2], row[3]])).toEqual([
    ['Site', 'Status'],
    ['books', 'failed'],
    ['books', 'completed'],
    ['lamps', 'failed'],
  ])
})

test('many sites go in requests of bounded size', async () => {
  const google = await startGoogle()
  const sites = Array.from({ length: 1_200 }, (_, n) => `site-${n}`)
  await sinkOf(google).deliver(packed(newId(), sites), signal)
  expect(google.rows).toHaveLength(1_201)
  // The header, then 500, 500 and 200.
  expect(google.requests.filter((request) => request.includes(':append'))).toHaveLength(4)
})

test('a token is asked for anew before it ends', async () => {
  const google = await startGoogle()
  const account = { client_email: 'robot@project.example', private_key: privatePem, private_key_id: 'key-1' }
  const clock = { nowMs }
  const token = makeGoogleToken({
    account: { ...account, token_uri: `${google.url}/token` },
    scope: sheetsScope,
    ask: async () => ({ access_token: `t${++google.tokens}`, expires_in: 3_600 }),
    nowMs: () => clock.nowMs,
  })
  expect([await token(signal), await token(signal)]).toEqual(['t1', 't1'])
  clock.nowMs += 3_545_000
  expect(await token(signal)).toBe('t2')
})

test('a key that is not the account’s is refused, and the reason does not tell the key', async () => {
  const google = await startGoogle()
  const other = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ type: 'pkcs8', format: 'pem' })
  const failing = sinkOf(google, other as string).deliver(packed(newId(), ['books']), signal)
  await expect(failing).rejects.toThrow(/^127\.0\.0\.1:\d+ answered 400: .*signature/)
  await expect(failing).rejects.not.toThrow(/PRIVATE KEY/)
})

test('a service that is away is said so', async () => {
  const google = await startGoogle()
  google.refuse = 1
  await expect(sinkOf(google).deliver(packed(newId(), ['books']), signal)).rejects.toThrow(
    /answered 503: .*unavailable/,
  )
})
