import { expect, test } from 'vitest'
import { plainMirrors, sourceUris } from './debian-package.ts'

test('mirrors are read from one-line and deb822 sources, comments left out', () => {
  expect(
    sourceUris('# deb http://old.example/debian sid main\ndeb [signed-by=/k.gpg] http://a.example/debian x main'),
  ).toEqual(['http://a.example/debian'])
  expect(
    sourceUris('Types: deb\n# http://c.example\nURIs: http://a.example/debian http://b.example/debian\nSuites: x'),
  ).toEqual(['http://a.example/debian', 'http://b.example/debian'])
})

test('a dated snapshot path is turned into the plain mirror, the day itself kept as the second choice', () => {
  expect(plainMirrors(['http://mirror.example/archive/debian/20250520T000000Z/'])).toEqual([
    'http://mirror.example/debian',
    'http://mirror.example/archive/debian/20250520T000000Z',
  ])
})

test('archives that are not the main one are no mirrors of it', () => {
  expect(
    plainMirrors([
      'http://deb.example/debian-security',
      'https://apt.example/node',
      'cdrom://x',
      'http://m.example/debian/',
    ]),
  ).toEqual(['http://m.example/debian'])
})
