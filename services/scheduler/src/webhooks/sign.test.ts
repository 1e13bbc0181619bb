import { expect, test } from 'vitest'
import { newSecret, signedHeaders } from './sign.ts'

// The published example of the Standard Webhooks libraries.
const secret = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const message = { id: 'msg_p5jXN8AQM9LWM0D4loKWxJek', nowMs: 1_614_265_330_999, body: '{"test": 2432232314}' }
const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE='

test('headers are signed as Standard Webhooks says', () => {
  expect(signedHeaders({ ...message, secrets: [secret] })).toMatchObject({
    'webhook-id': message.id,
    'webhook-timestamp': '1614265330',
    'webhook-signature': signature,
  })
})

test('while a secret is being changed both sign, the new one first', () => {
  const other = newSecret(Buffer.alloc(32, 7))
  const signatures = signedHeaders({ ...message, secrets: [other, secret] })['webhook-signature']!.split(' ')
  expect(signatures).toHaveLength(2)
  expect(signatures[1]).toBe(signature)
})

test('a new secret is 32 random bytes', () => {
  expect(newSecret()).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/)
  expect(newSecret()).not.toBe(newSecret())
})
