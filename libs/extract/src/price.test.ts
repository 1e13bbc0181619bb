import { expect, it } from 'vitest'
import { cpuMsOf } from './cpu-time.fixture.ts'
import { currencyCode } from './currency.ts'
import { parsePrice } from './price.ts'

it.each([
  ['1.299,00 €', 1299, 'EUR'],
  ['€1,299.00', 1299, 'EUR'],
  ["CHF 1'049.95", 1049.95, 'CHF'],
  ['17 940,50 руб', 17940.5, 'RUB'],
  ['1 298,00 zł', 1298, 'PLN'],
  ['50,- Kč', 50, 'CZK'],
  ['¥12,000', 12000, 'JPY'],
  ['₹ 1,23,456.00', 123456, 'INR'],
  ['from £10.50 to £20', 10.5, 'GBP'],
  ['Was $120.00 Now $60.00', 60, 'USD'],
  ['-20% 15,99 EUR', 15.99, 'EUR'],
  ['NZD $100.70', 100.7, 'NZD'],
  ['US $1.23', 1.23, 'USD'],
  ['R$ 60,00', 60, 'BRL'],
  ['1250€60', 1250.6, 'EUR'],
  ['.75 €', 0.75, 'EUR'],
  ['0.999', 0.999, null],
  ['10.000', 10000, null],
  ['3.439,00 kr.', 3439, 'DKK'],
  ['881,00 169,00 Kn', 169, 'HRK'],
  ['12 pieces for $5', 5, 'USD'],
])('reads %j', (text, amount, currency) => {
  expect(parsePrice(text)).toMatchObject({ amount, currency })
})

it.each(['Out of stock', '', '50 %', '15.08.2017'])('finds no amount in %j', (text) => {
  expect(parsePrice(text).amount).toBeNull()
})

it('takes no number for a price that is too large for one, cents behind the sign or not', () => {
  expect(parsePrice('9999999999999 €').amount).toBeNull()
  expect(parsePrice('9999999999999€60').amount).not.toBe(9999999999999.6)
})

it('takes hints for what the text leaves open', () => {
  expect(parsePrice('100', { currencyText: 'Price in EUR' })).toMatchObject({ amount: 100, currency: 'EUR' })
  expect(parsePrice('1,234', { decimalSeparator: ',' }).amount).toBe(1.234)
})

it('reads a currency field whatever its notation', () => {
  expect(['eur', '€', 'Kč', 'US$', 'nonsense', ''].map(currencyCode)).toEqual(['EUR', 'EUR', 'CZK', 'USD', null, null])
})

it('takes linear time on long runs of digits', async () => {
  const texts = ['1'.repeat(1e6), '1 '.repeat(5e5), '1,'.repeat(5e5), '$'.repeat(1e6)]
  expect(await cpuMsOf(() => texts.map((text) => parsePrice(text)))).toBeLessThan(1_000)
})
