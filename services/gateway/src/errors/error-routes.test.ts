import { type ErrorReport, errorReportSchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import type { RequestContext } from '../http/route.ts'
import { errorRoutes } from './error-routes.ts'
import { reportsPerMinute } from './report-quota.ts'

function gateway() {
  const reports: ErrorReport[] = []
  const bus = {
    nowMs: () => 1_000_000,
    call: async () => ({}),
    publish: async (_definition: unknown, report: unknown) => void reports.push(report as ErrorReport),
  }
  const routes = errorRoutes(bus as unknown as Parameters<typeof errorRoutes>[0])
  const route = routes.find(({ id }) => id === 'reportError')!
  const report = async (told: object) => {
    const body = route.body!.parse(told)
    return route.handle({ body } as never, { correlationId: 'c-1' } as RequestContext) as Promise<{
      data: { fingerprint: string }
    }>
  }
  return { route, report, reports }
}

test('what a client tells becomes a report of its kind, without its secrets', async () => {
  const { report, reports } = gateway()
  const { data } = await report({
    message: 'can not read https://me:topsecret@seine.test/x',
    stack: 'TypeError: x\n    at draw (https://seine.test/assets/index-Qx7_-b12.js:1:23)',
    context: { page: '/runs', password: 'hunter2', header: 'Bearer abcdefghijkl' },
  })
  expect(reports).toHaveLength(1)
  expect(errorReportSchema.parse(reports[0])).toEqual(reports[0])
  expect(reports[0]).toMatchObject({
    service: 'dashboard',
    count: 1,
    correlationId: 'c-1',
    fingerprint: data.fingerprint,
  })
  expect(JSON.stringify(reports)).not.toMatch(/topsecret|hunter2|abcdefghijkl/)
})

test('texts that are too long and fields that are none are refused', () => {
  const { route } = gateway()
  for (const body of [
    {},
    { message: '' },
    { message: 'x'.repeat(2_001) },
    { message: 'x', stack: 'x'.repeat(8_001) },
    { message: 'x', service: '../x' },
    { message: 'x', context: { a: 'x'.repeat(301) } },
    { message: 'x', level: 'fatal' },
    { message: 'x', more: 1 },
  ])
    expect([body, route.body!.safeParse(body).success]).toEqual([body, false])
})

test('a page that reports in a loop is told to wait', async () => {
  const { report, reports } = gateway()
  for (let n = 0; n < reportsPerMinute; n++) await report({ message: `error ${n}` })
  await expect(report({ message: 'one more' })).rejects.toMatchObject({ status: 429, headers: { 'Retry-After': '60' } })
  expect(reports).toHaveLength(reportsPerMinute)
})
