import { expect, test } from 'vitest'
import { csvRows } from './csv-rows.ts'

test('line breaks and quotes within a cell end no row', () => {
  expect(csvRows('URL,Text\na,"one\ntwo ""quoted""\n\nthree"\nb,c\n')).toBe(2)
})

test('a header alone has no rows, nor has nothing', () => {
  expect(csvRows('URL,Text\r\n')).toBe(0)
  expect(csvRows('')).toBe(0)
})
