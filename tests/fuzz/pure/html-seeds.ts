/** Small pages to begin mutations from, one for each way that shops say what they sell. */
export const htmlSeeds: readonly string[] = [
  `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Lamp | Shop</title>
<link rel="canonical" href="https://shop.test/p/lamp"><meta name="description" content="A lamp.">
<script type="application/ld+json">{"@context":"https://schema.org","@type":"Product","name":"Lamp","sku":"L-1","gtin13":"4006381333931",
"brand":{"@type":"Brand","name":"Halo"},"aggregateRating":{"@type":"AggregateRating","ratingValue":4.5,"reviewCount":12},
"offers":[{"@type":"Offer","price":"49.90","priceCurrency":"EUR","availability":"https://schema.org/InStock"}]}</script>
</head><body><nav><a href="/">Home</a></nav><h1>Lamp</h1><p class="price">49,90 €</p><ul><li>one<li>two</ul></body></html>`,
  `<html><body><div itemscope itemtype="http://schema.org/Product"><h1 itemprop="name">Chair</h1>
<div itemprop="offers" itemscope itemtype="http://schema.org/AggregateOffer"><span itemprop="lowPrice">10</span>
<span itemprop="highPrice">20</span><meta itemprop="priceCurrency" content="USD"><link itemprop="availability" href="http://schema.org/OutOfStock"></div>
<div itemprop="review" itemscope><span itemprop="author">A</span></div></div></body></html>`,
  `<html vocab="https://schema.org/"><body typeof="Product"><h1 property="name">Table</h1><div property="offers" typeof="Offer">
<span property="price" content="99.00">99</span><span property="priceCurrency">GBP</span></div></body></html>`,
  `<html><head><script id="__NEXT_DATA__" type="application/json">{"props":{"pageProps":{"product":{"name":"Rug","price":{"value":120,"currency":"SEK"},"sku":"R9"}}}}</script>
<script>window.dataLayer = window.dataLayer || []; dataLayer.push({'ecommerce': {'detail': {'products': [{'name': 'Rug', 'price': '120.00'}]}}});</script>
</head><body><h1>Rug</h1><div class="product-price"><del>150 kr</del> <ins>120 kr</ins></div><button>Add to cart</button></body></html>`,
  `<div class="h-product"><h1 class="p-name">Pen</h1><data class="p-price" value="2.50">$2.50</data><a class="u-url" href="/pen">x</a></div>
<ol class="breadcrumb"><li><a href="/">Home</a></li><li><a href="/pens">Pens</a></li></ol><table><tr><th>SKU<td>P-1</table>`,
  `<html><head><meta property="og:type" content="product"><meta property="og:title" content="Bag"><meta property="product:price:amount" content="1.299,00">
<meta property="product:price:currency" content="CHF"></head><body><p>Some words. More words! Are there words?</p>${'<p>word word</p>'.repeat(50)}</body></html>`,
]
