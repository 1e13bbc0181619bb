import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { documentedRoutes } from '../docs/documented-routes.ts'
import { operationsOf } from '../docs/operations.ts'
import { referencePage } from '../docs/reference-page.ts'
import { openApiOf } from './openapi.ts'
import { defineRoute } from './route.ts'

const routes = documentedRoutes()
const document = openApiOf(routes, '1.2.3')
const text = JSON.stringify(document)

test('the document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(structuredClone(document))
  expect(errors ?? []).toEqual([])
  expect(valid).toBe(true)
  // Compiling the meta-schema is all CPU.
}, 30_000)

test('every operation has a name of its own, an access, its errors and a summary', () => {
  const operations = operationsOf(document)
  expect(operations).toHaveLength(routes.length)
  expect(new Set(operations.map(({ id }) => id)).size).toBe(routes.length)
  for (const { id, summary, access, answers } of operations) {
    expect([id, /^[A-Z“].*\.$/.test(summary)]).toEqual([id, true])
    expect(['public', 'read', 'run', 'admin']).toContain(access)
    const statuses = answers.map(({ status }) => status)
    expect(statuses).toEqual(
      expect.arrayContaining(['429', '500', '503', ...(access === 'public' ? [] : ['401', '403'])]),
    )
  }
})

test('every reference leads somewhere, and every component is referred to', () => {
  const { schemas } = document.components as { schemas: Record<string, unknown> }
  const referred = new Set([...text.matchAll(/"#\/components\/schemas\/([^"]+)"/g)].map((match) => match[1]!))
  expect([...referred].filter((name) => !(name in schemas))).toEqual([])
  expect(Object.keys(schemas).filter((name) => !referred.has(name))).toEqual([])
})

test('a run, its options and a site are told once and referred to', () => {
  const { schemas } = document.components as { schemas: Record<string, unknown> }
  for (const name of ['Run', 'RunOptions', 'SiteRun', 'Counts', 'Eta', 'Artifact', 'Error', 'Pagination'])
    expect(Object.keys(schemas)).toContain(name)
  expect(text.length).toBeLessThan(400_000)
})

test('what is sent and what is answered have names of their own where they differ', () => {
  const thing = z.strictObject({ colour: z.string().default('red') })
  const raw = defineRoute({
    method: 'put',
    path: '/api/things',
    id: 'putThing',
    access: 'run',
    summary: 'Puts.',
    body: thing,
    answer: { kind: 'data', status: 200, schema: thing.extend({ at: z.string() }) },
    handle: () => ({ data: {} }),
  })
  const made = openApiOf([raw], '1') as { components: { schemas: Record<string, { required?: string[] }> } }
  expect(made.components.schemas.PutThingRequest?.required).toBeUndefined()
  expect(made.components.schemas.PutThingAnswer?.required).toEqual(['colour', 'at'])
})

test('examples are what their schemas take', () => {
  for (const { id, body, example } of routes)
    if (example !== undefined) expect([id, body?.safeParse(example).success]).toEqual([id, true])
})

test('the page to read has a place for every operation and schema, and no script', () => {
  const page = referencePage(document)
  for (const { id } of routes) expect(page).toContain(`id="${id}"`)
  expect(page).not.toMatch(/<script|javascript:| on\w+=/i)
  const places = new Set([...page.matchAll(/ id="([^"]+)"/g)].map((match) => match[1]!))
  const missing = [...page.matchAll(/href="#([^"]+)"/g)].map((match) => match[1]!).filter((name) => !places.has(name))
  expect([...new Set(missing)]).toEqual([])
})
