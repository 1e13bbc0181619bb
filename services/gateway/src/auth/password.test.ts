import { expect, test } from 'vitest'
import { cheapCost } from './auth.fixture.ts'
import { defaultCost, makePasswords } from './password.ts'

const passwords = makePasswords(cheapCost)

test('a password is known again, another one is not', async () => {
  const hash = await passwords.hash('correct horse battery')
  expect(await passwords.verify('correct horse battery', hash)).toBe(true)
  expect(await passwords.verify('correct horse batterz', hash)).toBe(false)
})

test('two hashes of one password differ, and neither holds it', async () => {
  const [one, other] = await Promise.all([passwords.hash('correct horse'), passwords.hash('correct horse')])
  expect(one).not.toBe(other)
  expect(one).not.toContain('correct')
})

test('a hash made at another cost is still good, because the cost stays with it', async () => {
  const old = await makePasswords({ logN: 5, r: 2, p: 1 }).hash('correct horse battery')
  expect(old).toMatch(/^\$scrypt\$ln=5,r=2,p=1\$/)
  expect(await passwords.verify('correct horse battery', old)).toBe(true)
})

test('the cost that is used costs 32 MiB', async () => {
  expect(128 * 2 ** defaultCost.logN * defaultCost.r).toBe(32 * 1024 ** 2)
  expect(await makePasswords().hash('correct horse battery')).toMatch(/^\$scrypt\$ln=15,r=8,p=3\$/)
})

test('where there is no hash every password is wrong', async () => {
  expect(await passwords.verify('', null)).toBe(false)
})

test('the same password of other code points is the same', async () => {
  expect(await passwords.verify('cafe\u0301 cre\u0300me', await passwords.hash('caf\u00e9 cr\u00e8me'))).toBe(true)
})

test('an unreadable hash is an error, not a wrong password', async () => {
  await expect(passwords.verify('x', '$argon2id$v=19$whatever')).rejects.toThrow('unreadable')
})
