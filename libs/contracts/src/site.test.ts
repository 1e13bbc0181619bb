import { expect, test } from 'vitest'
import { siteSchema } from './site.ts'

const withHost = (host: string) =>
  siteSchema.safeParse({ name: 'shop', startUrls: ['https://shop.example/'], hosts: [host] }).success

test.each(['cdn.example', 'Cdn.Example:8080', 'bücher.example', '[::1]:8080', '10.0.0.1'])('%j is a host', (host) => {
  expect(withHost(host)).toBe(true)
})

test.each(['a b', '[', '[::1', 'x:y', 'x:99999', 'a/b', 'u@h', 'a?b', '\\', ' ', '\0', 'https://x', 'a#b'])(
  '%j is none: nobody could ask it, and what asked for the site’s hosts would break',
  (host) => {
    expect(withHost(host)).toBe(false)
  },
)
