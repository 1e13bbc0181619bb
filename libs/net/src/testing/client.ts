import { onTestFinished } from 'vitest'
import { makeAddressGuard } from '../address-guard.ts'
import { type HttpClient, type HttpClientOptions, makeHttpClient } from '../http-client.ts'
import type { HttpRequest } from '../http-messages.ts'
import type { ProxyPoolName } from '../proxy.ts'

export const generous: HttpRequest['timeouts'] = { connectMs: 5_000, headersMs: 5_000, idleMs: 5_000, totalMs: 10_000 }

/** A client that may reach 127.0.0.1 only, closed when the test is over. */
export function testClient(options: Partial<HttpClientOptions> = {}): HttpClient {
  const client = makeHttpClient({ guard: makeAddressGuard({ allowedPrivate: ['127.0.0.1'] }), ...options })
  onTestFinished(() => client.close())
  return client
}

export interface AskOptions {
  headers?: Record<string, string>
  timeouts?: Partial<HttpRequest['timeouts']>
  limits?: Partial<HttpRequest['limits']>
  signal?: AbortSignal
  proxyPool?: 'direct' | ProxyPoolName
}

export function ask(url: string, options: AskOptions = {}): HttpRequest {
  return {
    url,
    headers: options.headers ?? {},
    timeouts: { ...generous, ...options.timeouts },
    limits: { maxBodyBytes: 100_000, maxHeaderBytes: 16_384, ...options.limits },
    signal: options.signal,
    proxyPool: options.proxyPool ?? 'direct',
  }
}

export function textOf(body: Uint8Array): string {
  return Buffer.from(body).toString('latin1')
}
