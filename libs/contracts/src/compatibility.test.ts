import { readdirSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { incompatibilities, type Shape, wireShapes } from './compatibility.ts'

const folder = new URL('../released/', import.meta.url)
const now = wireShapes()

describe.each(readdirSync(folder))('what release %s says and hears', (file) => {
  const then = JSON.parse(readFileSync(new URL(file, folder), 'utf8')) as Record<string, Shape>
  test.each(Object.entries(then))('%s', (name, shape) => {
    expect(now[name], 'it is gone: services of that release still send or expect it').toBeDefined()
    expect(incompatibilities(shape, now[name]!)).toEqual([])
  })
})

const before: Shape = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    kind: { enum: ['a', 'b'] },
    list: { type: 'array', items: { type: 'number' } },
  },
  required: ['id'],
}

test.each<[string, Shape, string[]]>([
  ['a new optional field is fine', { ...before, properties: { ...before.properties, more: { type: 'string' } } }, []],
  [
    'a new required field is not',
    { ...before, required: ['id', 'more'] },
    ['more: required now, the release before does not write it'],
  ],
  ['nor one that may be absent now', { ...before, required: [] }, ['id: the release before requires it']],
  [
    'nor another type',
    { ...before, properties: { ...before.properties, id: { type: 'number' } } },
    ['id: was "string", is "number"'],
  ],
  [
    'nor a value less',
    { ...before, properties: { ...before.properties, kind: { enum: ['a'] } } },
    ['kind: "b" is not read any more'],
  ],
  [
    'however deep',
    { ...before, properties: { ...before.properties, list: { type: 'array', items: { type: 'string' } } } },
    ['list.[]: was "number", is "string"'],
  ],
])('%s', (_, after, expected) => {
  expect(incompatibilities(before, after)).toEqual(expected)
})
