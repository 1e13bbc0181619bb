import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { CodedError, messageOf } from './coded-error.ts'

/** Null: fine. Text: why not. */
export type HealthCheck = () => Promise<string | null>

export interface HealthServer {
  readonly port: number
  close(): Promise<void>
}

/** A check that takes longer counts as failed. */
export const checkTimeoutMs = 2_000

/**
 * Serves `/healthz` (200 while the process works), `/readyz` (200 when every check is null, else 503 with reasons) and, where
 * there are any, `/metrics`.
 * Port 0: any free one.
 */
export async function startHealthServer(options: {
  host: string
  port: number
  phase: () => string
  checks: Record<string, HealthCheck>
  /** The text of `/metrics`, in Prometheus' format. */
  metrics?: (() => Promise<string>) | undefined
}): Promise<HealthServer> {
  const server = createServer((request, response) => {
    const path = (request.url ?? '').split('?')[0]
    if (path === '/healthz') return answer(response, 200, { status: 'ok', phase: options.phase() })
    if (path === '/metrics' && options.metrics !== undefined) {
      void options.metrics().then(
        (text) => response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' }).end(text),
        (error: unknown) => answer(response, 500, { error: messageOf(error) }),
      )
      return
    }
    if (path !== '/readyz') return answer(response, 404, { error: 'not found' })
    void runChecks(options.checks).then((reasons) => {
      const phase = options.phase()
      const ready = phase === 'RUNNING' && Object.keys(reasons).length === 0
      answer(response, ready ? 200 : 503, { status: ready ? 'ready' : 'not-ready', phase, reasons })
    })
  })
  server.requestTimeout = 5_000
  server.maxConnections = 100
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause) => {
      const where = `${options.host}:${options.port}`
      reject(new CodedError('health-port', `health server can't listen on ${where}: ${messageOf(cause)}`, { cause }))
    })
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

/** Runs all checks at once and gives the reasons of those that failed. Never rejects. */
export async function runChecks(
  checks: Record<string, HealthCheck>,
  timeoutMs: number = checkTimeoutMs,
): Promise<Record<string, string>> {
  const results = await Promise.all(
    Object.entries(checks).map(async ([name, check]) => [name, await runCheck(check, timeoutMs)] as const),
  )
  return Object.fromEntries(results.filter((result): result is [string, string] => result[1] !== null))
}

async function runCheck(check: HealthCheck, timeoutMs: number): Promise<string | null> {
  const { promise: late, resolve } = Promise.withResolvers<string>()
  const timer = setTimeout(() => resolve(`no answer within ${timeoutMs} ms`), timeoutMs)
  try {
    return await Promise.race([check(), late])
  } catch (error) {
    return messageOf(error)
  } finally {
    clearTimeout(timer)
  }
}

function answer(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json', 'cache-control': 'no-store' })
  response.end(JSON.stringify(body))
}
