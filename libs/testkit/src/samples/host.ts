import type { Socket } from 'node:net'

/** One request as a sample host sees it. */
export interface SampleRequest {
  /** `http://<host>:<port>`, no slash at the end. */
  readonly origin: string
  /** Path with query. */
  readonly path: string
  /** 1 for the first; {@link SampleSites.advance} makes it one more. */
  readonly generation: number
  /** How often this path was asked for in this generation, this time included. */
  readonly visit: number
}

export interface SampleAnswer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | AsyncIterable<Uint8Array>
  /** Silence before the first byte. */
  readonly delayMs?: number
  /** Takes the connection over instead: what is no HTTP is said here. `status` is for the log alone. */
  readonly raw?: (socket: Socket, signal: AbortSignal) => void | Promise<void>
}

/** A site of a sample world: `<name>.sample.test`. */
export interface SampleHost {
  readonly name: string
  /** What it is there to show. */
  readonly about: string
  answer(request: SampleRequest): SampleAnswer
}

export const html = (body: string, status = 200): SampleAnswer => ({
  status,
  headers: { 'content-type': 'text/html; charset=utf-8' },
  body,
})
export const text = (body: string): SampleAnswer => ({
  status: 200,
  headers: { 'content-type': 'text/plain; charset=utf-8' },
  body,
})
export const xml = (body: string): SampleAnswer => ({
  status: 200,
  headers: { 'content-type': 'application/xml' },
  body,
})
export const redirect = (location: string, status = 301): SampleAnswer => ({ status, headers: { location } })
export const notFound = (): SampleAnswer =>
  html('<!doctype html><html lang="en"><title>Not found</title><h1>Not found</h1></html>', 404)
