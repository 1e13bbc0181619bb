import { html, type SampleAnswer, type SampleHost } from '../host.ts'
import { faultHost, sound } from './fault-host.ts'

const broken = html('<!doctype html><title>Broken</title>', 500)
const tooMany = (headers: Record<string, string> = {}): SampleAnswer => ({
  status: 429,
  headers,
  body: 'Too many requests',
})

/** Hosts that answer, and refuse. Their state is one server's. */
export function refusals(): SampleHost[] {
  let stormMs = 0
  let brokenMs = 0
  /** True for so long from the first time asked. */
  const during = (startedMs: number, lengthMs: number) => Date.now() - startedMs < lengthMs
  return [
    faultHost({
      name: 'storm-told',
      about: '429 with Retry-After: 1 on every page for 3 s, then well',
      page(request, n) {
        stormMs ||= Date.now()
        return during(stormMs, 3_000) ? tooMany({ 'retry-after': '1' }) : sound(request, `Calm ${n}`)
      },
    }),
    faultHost({
      name: 'storm-dated',
      about: '503 with a Retry-After date on the first visit of every third page',
      page: (request, n) =>
        n % 3 === 0 && request.visit === 1
          ? { status: 503, headers: { 'retry-after': new Date(Date.now() + 2_000).toUTCString() } }
          : sound(request, `Dated ${n}`),
    }),
    faultHost({ name: 'storm', about: '429 without Retry-After on every page, for ever', page: () => tooMany() }),
    faultHost({
      name: 'burst-500',
      about: '500 on every page for 3 s, then well',
      page(request, n) {
        brokenMs ||= Date.now()
        return during(brokenMs, 3_000) ? broken : sound(request, `Healed ${n}`)
      },
    }),
    faultHost({ name: 'always-500', about: '500 on every page, for ever', pages: 40, page: () => broken }),
    faultHost({
      name: 'captcha',
      about: 'a block page in place of every page: 403 challenge on even ones, 200 captcha on odd ones',
      page: (_request, n) =>
        n % 2 === 0
          ? { ...html('<title>Just a moment...</title>', 403), headers: { 'cf-mitigated': 'challenge' } }
          : html(
              '<html><script src="https://geo.captcha-delivery.com/c.js"></script><h1>Are you a person?</h1></html>',
            ),
    }),
  ]
}
