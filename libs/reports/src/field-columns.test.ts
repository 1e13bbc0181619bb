import { type PageRecord, type SiteField, siteFieldsSchema } from '@seine/contracts'
import { expect, test } from 'vitest'
import { cellsOf } from './column.ts'
import { csvHeader, csvLine } from './csv.ts'
import { fieldColumns, makeIsFullRow } from './field-columns.ts'
import { fullColumns } from './full-columns.ts'
import type { LedgerRow } from './row.ts'
import { recordOf, rowOf as reportRow } from './testing.ts'

const fields = siteFieldsSchema.parse([
  { name: 'price', css: '.price', type: 'price' },
  { name: 'material', css: '.material' },
  { name: 'weight', css: '.weight', type: 'number' },
  { name: 'tags', css: '.tag', list: true },
  { name: 'updated', css: 'time', type: 'date' },
  { name: 'inShop', css: '.shop', type: 'boolean' },
  { name: 'raw', jsonPath: '$.a', type: 'json' },
]) as SiteField[]

const rowOf = (extracted: PageRecord['extracted'], ledger: Partial<LedgerRow> = {}) =>
  reportRow(recordOf(extracted === undefined ? {} : { extracted }), ledger)

const cells = (extracted: PageRecord['extracted']) => cellsOf(fieldColumns(fields), rowOf(extracted))

test('each field that is none of a product has a column, in the site’s order', () => {
  expect(fieldColumns(fields).map(({ name, type }) => [name, type])).toEqual([
    ['Field: material', 'text'],
    ['Field: weight', 'decimal'],
    ['Field: tags', 'list'],
    ['Field: updated', 'date'],
    ['Field: inShop', 'text'],
    ['Field: raw', 'text'],
  ])
  const names = [...fullColumns, ...fieldColumns(fields)].map(({ name }) => name.toLowerCase())
  expect(new Set(names).size).toBe(names.length)
})

test('values are numbers, dates, lists and texts as their selectors say', () => {
  const updated = '2026-11-20T10:00:00.000Z'
  expect(cells({ material: 'brass', weight: 1.5, tags: ['a', 'b'], updated, inShop: false, raw: { b: [1] } })).toEqual([
    'brass',
    1.5,
    'a | b',
    Date.parse(updated),
    'false',
    '{"b":[1]}',
  ])
})

test('what matched nothing is an empty cell, whatever it is', () => {
  expect(cells({ material: null, weight: null, tags: [], updated: '', raw: null })).toEqual(Array(6).fill(null))
  expect(cells(undefined)).toEqual(Array(6).fill(null))
})

test('a value can’t become a formula', () => {
  const columns = fieldColumns(fields)
  expect(csvHeader(columns)).toContain('"Field: material"')
  expect(csvLine(columns, cells({ material: '=cmd()' }))).toBe('"\'=cmd()",,,,,\r\n')
})

test('a page with a value of its own has a row without being a product; one without either has none', () => {
  const isFullRow = makeIsFullRow(fields)
  expect(isFullRow(rowOf({ material: 'brass' }))).toBe(true)
  expect(isFullRow(rowOf({ material: null, tags: [] }))).toBe(false)
  expect(isFullRow(rowOf({ inShop: false }))).toBe(true)
  expect(isFullRow(rowOf({ forgotten: 'no field of the site any more' }))).toBe(false)
  expect(makeIsFullRow([])(rowOf({ material: 'brass' }))).toBe(false)
  expect(isFullRow(rowOf({ material: 'block page' }, { outcome: 'failed' }))).toBe(false)
})
