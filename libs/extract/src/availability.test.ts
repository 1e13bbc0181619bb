import { expect, it } from 'vitest'
import { availabilityInText, availabilityOf, conditionOf } from './availability.ts'

it.each([
  ['http://schema.org/InStock', 'InStock'],
  ['https://schema.org/OutOfStock/', 'OutOfStock'],
  ['schema:PreOrder', 'PreOrder'],
  ['in stock', 'InStock'],
  ['available for order', 'InStock'],
  ['OUT_OF_STOCK', 'OutOfStock'],
  ['Nicht auf Lager', 'OutOfStock'],
  ['whatever', null],
])('makes %j a term of schema.org', (text, term) => {
  expect(availabilityOf(text)).toBe(term)
})

it.each([
  ['Only 3 left in stock.', 'InStock'],
  ['Currently unavailable.', 'OutOfStock'],
  ['Derzeit nicht verfügbar', 'OutOfStock'],
  ['Sofort lieferbar', 'InStock'],
  ['En rupture de stock', 'OutOfStock'],
  ['Disponibile', 'InStock'],
  ['non disponibile', 'OutOfStock'],
  ['Нет в наличии', 'OutOfStock'],
  ['在庫あり', 'InStock'],
  ['この商品は在庫切れです', 'OutOfStock'],
  ['Skladem > 5 ks', 'InStock'],
  ['Vorbestellen', 'PreOrder'],
  ['stockings', null],
])('understands %j', (text, term) => {
  expect(availabilityInText(text)).toBe(term)
})

it('makes conditions terms of schema.org', () => {
  expect(['http://schema.org/NewCondition', 'used', 'odd'].map(conditionOf)).toEqual([
    'NewCondition',
    'UsedCondition',
    null,
  ])
})
