import { expect, test } from 'vitest'
import { clearSessionCookie, readSessionCookie, writeSessionCookie } from './session-cookie.ts'

const id = 'x'.repeat(43)

test('the cookie is out of reach of scripts and of other sites, and over https alone but on loopback', () => {
  expect(writeSessionCookie(id, true)).toBe(`seine_session=${id}; Path=/; HttpOnly; SameSite=Strict; Secure`)
  expect(writeSessionCookie(id, false)).not.toContain('Secure')
  expect(clearSessionCookie(true)).toContain('Max-Age=0')
})

test('it is found among others', () => {
  expect(readSessionCookie(`a=b; seine_session=${id};c=d`)).toBe(id)
  expect(readSessionCookie(undefined)).toBeUndefined()
  expect(readSessionCookie('seine_session2=x')).toBeUndefined()
})

test('two of them, or one that is none, count for nothing', () => {
  expect(readSessionCookie(`seine_session=${id}; seine_session=${'y'.repeat(43)}`)).toBeUndefined()
  expect(readSessionCookie('seine_session=*')).toBeUndefined()
  expect(readSessionCookie(`seine_session=${id}x`)).toBeUndefined()
})
