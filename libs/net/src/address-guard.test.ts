import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { makeAddressGuard } from './address-guard.ts'

const guard = makeAddressGuard({ allowedPrivate: [] })

interface SsrfFile {
  cases: { url: string; expect: string }[]
  ipRanges: { ip: string; block: boolean }[]
  blockedIps: string[]
  blockedCidrs: string[]
}

const conformanceDir = process.env.SEINE_CONFORMANCE_DIR ?? join(import.meta.dirname, '../../../../shared/conformance')
const file = join(conformanceDir, 'security/ssrf.json')
const suite: SsrfFile = existsSync(file)
  ? (JSON.parse(readFileSync(file, 'utf8')) as SsrfFile)
  : { cases: [], ipRanges: [], blockedIps: [], blockedCidrs: [] }

describe.skipIf(!existsSync(file))(`SSRF cases (skipped without ${file})`, () => {
  it.each(suite.cases.map((c) => [c.url, c.expect] as const))('%s: %s', (url, expected) => {
    const verdict = guard.checkUrl(url)
    // A name that only DNS gives away passes here; `http-client.guard.test.ts` connects to such names.
    if (expected.startsWith('block-after-dns')) expect(verdict.ok).toBe(true)
    else expect(verdict.ok).toBe(false)
    if (expected === 'reject') expect(verdict).toEqual({ ok: false, reason: 'invalid-url' })
  })
  it.each(suite.ipRanges.map((r) => [r.ip, r.block] as const))('address %s, blocked: %s', (ip, block) => {
    expect(guard.check(ip).ok).toBe(!block)
  })
  it.each(suite.blockedIps)('address %s is blocked', (ip) => {
    expect(guard.check(ip).ok).toBe(false)
  })
  it.each(suite.blockedCidrs)('both ends of %s are blocked', (cidr) => {
    const [network = '', bits = ''] = cidr.split('/')
    const from = network.split('.').reduce((sum, part) => sum * 256 + Number(part), 0)
    const to = from + 2 ** (32 - Number(bits)) - 1
    for (const n of [from, to]) {
      const ip = [n >>> 24, (n >>> 16) & 255, (n >>> 8) & 255, n & 255].join('.')
      expect(guard.check(ip), ip).toMatchObject({ ok: false })
    }
  })
})

describe('the address guard', () => {
  it.each([
    ['10.1.2.3', 'address-private'],
    ['127.0.0.1', 'address-loopback'],
    ['169.254.169.254', 'address-link-local'],
    ['100.100.100.200', 'address-carrier-grade-nat'],
    ['224.0.0.1', 'address-multicast'],
    ['::ffff:10.0.0.1', 'address-private'],
    ['::10.0.0.1', 'address-reserved'],
    ['::ffff:0:10.0.0.1', 'address-rfc6145'],
    ['64:ff9b::a00:1', 'address-rfc6052'],
    ['64:ff9b:1::a00:1', 'address-rfc6052'],
    ['2002:a00:1::', 'address-6to4'],
    ['2001:0:1::', 'address-teredo'],
    ['2a00:1450:4001::5efe:a00:1', 'address-isatap'],
    ['fe80::1%eth0', 'address-link-local'],
    ['fd00:ec2::254', 'address-unique-local'],
    ['ff02::1', 'address-multicast'],
    ['3fff::1', 'address-reserved'],
    ['4000::1', 'address-reserved'],
  ])('refuses %s as %s', (ip, reason) => {
    expect(guard.check(ip)).toEqual({ ok: false, reason })
  })

  it.each(['8.8.8.8', '1.1.1.1', '172.15.255.255', '172.32.0.0', '2606:4700:4700::1111', '2a00:1450:4001:81b::200e'])(
    'lets %s pass',
    (ip) => {
      expect(guard.check(ip)).toEqual({ ok: true })
    },
  )

  it.each(['', '1', '0177.0.0.1', '127.1', '2130706433', 'localhost', '8.8.8.8:80', '[::1]', ' 8.8.8.8'])(
    'refuses what is not an address in its one spelling: "%s"',
    (text) => {
      expect(guard.check(text)).toEqual({ ok: false, reason: 'not-an-address' })
    },
  )

  it('lets pass the networks allowed by name, in either spelling, and no other', () => {
    const lenient = makeAddressGuard({ allowedPrivate: ['127.0.0.0/8', 'fd00::/8', '10.0.0.7', '::ffff:192.168.0.1'] })
    for (const ip of ['127.3.2.1', '::ffff:127.0.0.1', 'fd12::1', '10.0.0.7', '192.168.0.1']) {
      expect(lenient.check(ip), ip).toEqual({ ok: true })
    }
    for (const ip of ['10.0.0.8', '::1', 'fc00::1', '169.254.169.254']) expect(lenient.check(ip).ok, ip).toBe(false)
    expect(lenient.checkUrl('http://localhost:8080/').ok).toBe(true)
  })

  it.each(['10.0.0.0', '10.0.0.0/8'])('accepts %s in the allow list', (cidr) => {
    expect(() => makeAddressGuard({ allowedPrivate: [cidr] })).not.toThrow()
  })
  it.each(['10.0.0.0/33', '10/8', '127.0.0.1/x', 'localhost', '', 'fd00::/200', '*'])(
    'throws at once on an allow list with "%s"',
    (cidr) => {
      expect(() => makeAddressGuard({ allowedPrivate: [cidr] })).toThrow()
    },
  )

  it.each([
    ['ftp://example.com/', 'scheme'],
    ['javascript:alert(1)', 'scheme'],
    ['https://user@example.com/', 'credentials'],
    ['https://:secret@example.com/', 'credentials'],
    ['http://example.com:25/', 'port'],
    ['http://a.localhost/', 'address-loopback'],
    ['http://localhost./', 'address-loopback'],
    ['http://0x7f.1/', 'address-loopback'],
    ['http://１２７.0.0.1/', 'address-loopback'],
    ['http://[::ffff:a9fe:a9fe]/', 'address-link-local'],
    ['/path', 'invalid-url'],
  ])('refuses the URL %s: %s', (url, reason) => {
    expect(guard.checkUrl(url)).toEqual({ ok: false, reason })
  })

  it('lets a public URL pass, parsed', () => {
    const verdict = guard.checkUrl('HTTPS://Example.com:8443/a?b#c')
    expect(verdict.ok && verdict.url.href).toBe('https://example.com:8443/a?b#c')
  })
})
