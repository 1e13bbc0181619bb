import { expect, test } from 'vitest'
import { addressGroup, clientAddress } from './client-address.ts'

test('without proxies of ours the socket says who it is, whatever the client says', () => {
  expect(clientAddress('192.0.2.1', '10.0.0.1', 0)).toBe('192.0.2.1')
  expect(clientAddress('::ffff:192.0.2.1', undefined, 0)).toBe('192.0.2.1')
  expect(clientAddress(undefined, undefined, 0)).toBe('unknown')
})

test('behind proxies the entry that ours added counts, not what the client put before it', () => {
  expect(clientAddress('10.0.0.9', '6.6.6.6, 192.0.2.1', 1)).toBe('192.0.2.1')
  expect(clientAddress('10.0.0.9', '6.6.6.6, 192.0.2.1, 10.0.0.8', 2)).toBe('192.0.2.1')
  expect(clientAddress('10.0.0.9', undefined, 1)).toBe('10.0.0.9')
  expect(clientAddress('10.0.0.9', '6.6.6.6', 2)).toBe('10.0.0.9')
})

test('an IPv6 network of one household is one', () => {
  expect(addressGroup('2001:db8:1:2:3:4:5:6')).toBe(addressGroup('2001:db8:1:2:ffff::1'))
  expect(addressGroup('2001:db8:1:3::1')).not.toBe(addressGroup('2001:db8:1:2::1'))
  expect(addressGroup('192.0.2.1')).toBe('192.0.2.1')
})
