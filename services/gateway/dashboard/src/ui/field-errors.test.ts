import { ApiFailure } from '@seine/client'
import { expect, test } from 'vitest'
import { fieldErrors } from './field-errors.ts'

test('what is wrong is told at the field that it belongs to', () => {
  const failure = new ApiFailure(422, {
    details: {
      fields: { 'startUrls.0': ['expected an http or https URL'], 'startUrls.1': ['too long'], name: ['taken'] },
    },
  })
  expect(fieldErrors(failure)).toEqual({
    startUrls: '0: expected an http or https URL\n1: too long',
    name: 'taken',
  })
})

test('other errors belong to no field', () => {
  expect(fieldErrors(new Error('x'))).toEqual({})
  expect(fieldErrors(new ApiFailure(500, null))).toEqual({})
})
