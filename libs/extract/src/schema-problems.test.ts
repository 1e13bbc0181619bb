import { expect, it } from 'vitest'
import { schemaProblems } from './schema-problems.ts'

it('names what a product and its offer lack, each once', () => {
  expect(
    schemaProblems([
      {
        '@type': 'Product',
        name: 'x',
        offers: [
          { '@type': 'Offer', price: 1 },
          { '@type': 'Offer', priceCurrency: 'EUR' },
        ],
      },
      { '@graph': [{ '@type': 'Product', name: '' }] },
    ]),
  ).toEqual([
    'Offer.priceCurrency|priceSpecification',
    'Offer.price|priceSpecification',
    'Product.name',
    'Product.offers|review|aggregateRating',
  ])
})

it('finds nothing in complete data, and asks nothing of what is only mentioned', () => {
  expect(
    schemaProblems([
      {
        '@type': 'Product',
        name: 'x',
        offers: { '@type': 'Offer', priceSpecification: { price: 1, priceCurrency: 'EUR' } },
        isRelatedTo: [{ '@type': 'Product' }, { '@type': 'Product', url: '/x' }],
      },
      { '@type': 'Offer', '@id': '#o' },
      {
        '@type': 'Review',
        author: 'A',
        reviewRating: { ratingValue: 5 },
        itemReviewed: { '@type': 'Product', url: '/x' },
      },
    ]),
  ).toEqual([])
})
