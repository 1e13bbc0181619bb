import { type AnyRoute, defineRoute } from '../http/route.ts'
import type { Health } from './health-watch.ts'

/** Health is not enveloped: probes and load balancers read it. */
export function healthRoutes(health: () => Health): AnyRoute[] {
  const about = 'Healthy or degraded: 200. Unhealthy: 503.'
  return [
    defineRoute({
      method: 'get',
      path: '/health',
      id: 'getHealth',
      access: 'public',
      isProbe: true,
      summary: 'How every part is, with the reason where it is not well.',
      answer: { kind: 'raw', contentType: 'application/json', about },
      handle() {
        const now = health()
        return Response.json(now, { status: now.status === 'unhealthy' ? 503 : 200 })
      },
    }),
    defineRoute({
      method: 'get',
      path: '/healthz',
      id: 'getLiveness',
      access: 'public',
      isProbe: true,
      summary: 'Whether the process works.',
      answer: { kind: 'raw', contentType: 'application/json', about: 'It works.' },
      handle: () => Response.json({ status: 'ok' }),
    }),
    defineRoute({
      method: 'get',
      path: '/readyz',
      id: 'getReadiness',
      access: 'public',
      isProbe: true,
      summary: 'Whether requests can be served.',
      answer: { kind: 'raw', contentType: 'application/json', about },
      handle() {
        const { status } = health()
        const ready = status !== 'unhealthy'
        return Response.json({ status: ready ? 'ready' : 'not-ready' }, { status: ready ? 200 : 503 })
      },
    }),
  ]
}
