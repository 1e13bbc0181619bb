import { expect, it } from 'vitest'
import { checkedGtin } from './gtin.ts'

it('passes a GTIN of any length with the right check digit, as digits', () => {
  expect(
    ['4006381333931', '036000291452', '96385074', '00012345600012', '978-3-16-148410-0', 'EAN: 4006381333931'].map(
      checkedGtin,
    ),
  ).toEqual([...['4006381333931', '036000291452', '96385074', '00012345600012', '9783161484100', '4006381333931']])
})

it('refuses a wrong check digit, a wrong length and zeros', () => {
  expect(['4006381333932', '400638133393', '12', '0000000000000', 'n/a'].map(checkedGtin)).toEqual([
    null,
    null,
    null,
    null,
    null,
  ])
})
