import { html, notFound, type SampleAnswer, type SampleHost, type SampleRequest, text } from '../host.ts'
import { links, page } from '../markup.ts'

/** What a host does differently; everything else it does as it should. */
export interface Fault {
  readonly name: string
  readonly about: string
  /** Its home page links to `/page/1` and so on. Default 12. */
  readonly pages?: number
  /** Takes every request, robots.txt included, but for those it answers with null. */
  readonly any?: (request: SampleRequest) => SampleAnswer | null
  readonly robots?: (request: SampleRequest) => SampleAnswer
  /** A page by its number. */
  readonly page?: (request: SampleRequest, n: number) => SampleAnswer
  /** Any other path. */
  readonly other?: (request: SampleRequest) => SampleAnswer
}

export function faultHost(fault: Fault): SampleHost {
  const { name, about, pages = 12 } = fault
  const hrefs = Array.from({ length: pages }, (_, i) => `/page/${i + 1}`)
  return {
    name,
    about,
    answer(request) {
      const taken = fault.any?.(request)
      if (taken) return taken
      if (request.path === '/robots.txt') return fault.robots?.(request) ?? openRobots
      if (request.path === '/') return sound(request, name, hrefs)
      const n = Number(/^\/page\/(\d+)$/.exec(request.path)?.[1])
      if (n >= 1 && n <= pages) return fault.page?.(request, n) ?? sound(request, `${name} ${n}`)
      return fault.other?.(request) ?? notFound()
    },
  }
}

export const openRobots = text('User-agent: *\nAllow: /\n')

/** A page as it should be. */
export function sound({ origin, path }: SampleRequest, title: string, hrefs: readonly string[] = []): SampleAnswer {
  const body = `<h1>${title}</h1>${links(hrefs.map((href) => ({ href, text: href })))}`
  return html(page({ title, description: title, canonical: origin + path, body }))
}

/** Bytes again and again, as fast as they are taken; `pauseMs` between two. */
export async function* repeat(chunk: string | Uint8Array, pauseMs = 0, times = Number.POSITIVE_INFINITY) {
  const bytes = Buffer.from(chunk as string)
  for (let sent = 0; sent < times; sent++) {
    yield bytes
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

/** One stream after the other. */
export async function* inTurn(
  ...parts: (Iterable<Uint8Array> | AsyncIterable<Uint8Array>)[]
): AsyncGenerator<Uint8Array> {
  for (const part of parts) yield* part
}
