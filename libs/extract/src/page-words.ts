/** Words of shops in many languages, as patterns on class names, ids and texts. */

/** A class or id that says: here stands a price. */
export const priceHint =
  /price|preis|prix|precio|prezzo|preco|preço|cena|cijena|fiyat|hinta|pret(?![a-z])|kaina|amount|prc|cost|pris(?![a-z]{2})|offer-?val/

/** … of the price to be paid now, among several. */
export const currentPriceHint =
  /current|actual|final|sale|special|offer|our|now|new|buy|main|primary|reduced|selling|deal|product-?price|pdp|pip|actuel|aktuell|akcia|akce|promo/

/** … of another price: before, elsewhere, of something else. */
export const otherPriceHint =
  /old|was|before|regular|list-?price|rrp|msrp|uvp|strike|stroke|crossed|line-?through|original|previous|retail|saving|save|discount|rabat|shipping|delivery|versand|unit|per-|base-?price|grundpreis|installment|instal|monthly|month|credit|finance|leasing|price-?(?:range|filter|slider)|points|bonus|coupon|voucher|tax|vat|excl|without|deposit|warranty|insurance|addon|shipcost|approx|minimum|threshold|bid-?note/

/** A part of the page that is about other products, or none. */
export const elsewhereHint =
  /related|recommend|similar|crosssell|cross-sell|upsell|up-sell|also-?(?:bought|view|like)|recently|last-?seen|history|carousel|slider|swiper|sponsor|accessor|zubehor|bundle|together|footer|header|navbar|nav-|-nav|menu|minicart|mini-cart|cart-?(?:summary|total|preview|content|drawer)|basket|breadcrumb|review|comment|rating|newsletter|cookie|modal|popup|compare|wishlist|teaser|banner|ads?-|faq|blog|sidebar|sims|tile|product-?(?:card|list|item|grid)/

/** Texts that come before a price that is another one. */
export const otherPriceLabel =
  /(?:list|was|rrp|r\.r\.p|msrp|uvp|statt|regular|old|before|retail|reg\.?|save|you save|saving|shipping|delivery|postage|versand|lieferung|livraison|spedizione|envío|frete|doprava|dostawa|from only|per month|monthly|mtl|unit|old price|avant|au lieu de|antes|prima|prezzo di listino|prix conseillé|prezzo consigliato|unverb|původní|běžná|bežná|bez dph|excl|ohne mwst|hors taxe|ht|stara cena|najniższa|cena regularna|原價|原价|市價|建議售價|建议零售价|希望小売価格|권장소비자가|定価|정가|старая цена|было|скидка|discount|deposit|points|kaution|over|above|ab einem|spend|orders?)[^\d\p{L}]{0,12}$/iu

/** Texts that come before the price. */
export const priceLabel =
  /(?:(?<!list |old |was )price|our price|now|today|jetzt|preis|prix|precio|prezzo|preço|prijs|cena|cena s dph|mit mwst|ttc|с ндс|цена|ціна|ár|pret|preț|kaina|hind|hinta|pris|fiyat|τιμή|מחיר|السعر|直購價|特價|售價|優惠價|價格|价格|現價|最低價|판매가|할인가|価格|税込|ราคา|giá)\s*:?\s*$/iu

/** A button that sells what the page is about. */
export const buyText =
  /^(?:\+\s*)?(?:add(?: item)? to (?:my |your |shopping )?(?:cart|basket|bag|trolley|order)|buy(?: it)?(?: now| online| mp3.*)?|order now|purchase|pre-?order(?: now)?|shop now|checkout|place bid|bid now|get tickets|book now|in (?:den|die) (?:waren|einkaufs)(?:korb|wagen|tasche)(?: legen)?|in den korb|jetzt (?:kaufen|bestellen)|kaufen|bestellen|ajouter (?:au|à mon) panier|acheter(?: maintenant)?|commander|añadir (?:al carrito|a la cesta|al carro)|agregar al carro|agregar al carrito|comprar(?: ahora| agora)?|aggiungi al carrello|acquista(?: ora)?|compra(?: ora| subito)?|adicionar ao carrinho|adicionar|in (?:mijn )?winkel(?:wagen|mand)(?:je)?|toevoegen aan winkelwagen|bestel(?: nu)?|dodaj do koszyka|do koszyka|kup(?: teraz)?|přidat do košíku|do košíku|vložit do košíku|koupit|pridať do košíka|do košíka|vložiť do košíka|kúpiť|dodaj u (?:košaricu|korpu)|kupi(?: odmah)?|dodaj v košarico|v košarico|adaug[aă] [iî]n co[sș]|cump[aă]r[aă]|kosárba(?: teszem)?|в корзину|добавить в корзину|купить(?: в 1 клик)?|заказать|у кошик|до кошика|купити|купи|добави в количката|lägg i (?:varukorg|kundvagn)(?:en)?|köp|legg i handlekurv|kjøp|læg i (?:kurv|indkøbskurv)|køb|lisää ostoskoriin|osta|lisa ostukorvi|sepete ekle|satın al|προσθήκη στο καλάθι|αγορά|הוסף לסל|הוסף לעגלה|קנה עכשיו|أضف (?:إلى|الى) (?:السلة|الحقيبة)|اشتر الآن|カートに入れる|買い物かごに入れる|購入手続きへ|今すぐ(?:買う|購入)|加入购物车|立即购买|加入購物車|放入購物車|立即購買|直接購買|我要購買|立即結帳|장바구니(?: 담기)?|구매하기|바로구매|สั่งซื้อ|หยิบใส่ตะกร้า|mua ngay|thêm vào giỏ(?: hàng)?|beli sekarang|tambah ke keranjang)(?![\p{L}])/iu

/** A class, id or name of such a button. */
export const buyHint =
  /add-?_?to-?_?(?:cart|basket|bag|trolley|order)|addcart|cart-?add|buy-?_?(?:now|button|btn|it)|btn-?buy|in-?den-?warenkorb|into-?cart|purchase-?button|product-?form-?submit|bid-?btn/

/** A button that offers news instead of the product. */
export const notifyText =
  /notify me|email me when|back in stock alert|benachrichtig|prévenez|m'avertir|avísame|avvisami|avise-me|powiadom o dostępności|hlídat dostupnost|сообщить о поступлении|到貨通知|貨到通知|入荷お知らせ/i

/** A class or id that says: here stands the availability. */
export const availabilityHint =
  /availab|stock|verfuegbar|verf(?:ü|u)gbar|dispon|lager|sklad|dostup|delivery-?(?:time|status)|inventory|skladom|voorraad|lieferzeit/

/** A class or id that says: here stands the number of the product. */
export const skuHint =
  /(?:^|[\s_-])(?:sku|artnr|article-?(?:number|no|nr)|(?:product|prod|item|style)[-_]?(?:reference|ref|code|number|num|no|sku|id))(?:$|[\s_-])/

/** A label of a stock keeping unit or the like; what follows it is the value. */
export const skuLabel =
  /(?:^|[\s(|•])(?:sku|asin|(?:e?bay )?item (?:number|no\.?|code|id|#|model)|item ?#|item|style (?:number|no\.?|code|#)|style|stock (?:code|no\.?|number)|(?:product|catalog(?:ue)?|part|article|model|web|listing|ad|deal|post|lot|order)[ -]?(?:code|no\.?|number|nr\.?|id|#|sku)|art(?:ikel|icle|\.)?[ .-]?(?:nummer|nr\.?|no\.?|n[°º]\.?|číslo|-nr\.?|numero|id)|artikelnummer|artikelnr\.?|bestell(?:nummer|-?nr\.?)|produktnummer|varenummer|varenr\.?|art\.?nr\.?|tuotenumero|tuotekoodi|tootekood|réf(?:érence|\.)?(?: produit)?|reference|ref\.?|referencia|referência|référence|c[oó]digo(?: d[eo] (?:producto|produto|artículo))?|cod(?:ice|\.)?(?: (?:prodotto|articolo|produs|art\.?))?|kód(?: (?:zboží|produktu|tovaru|produktů))?|katalogov[éeá] č[íi]slo|obj(?:\.|ednac[íi]) (?:č\.?|číslo|kód)|číslo (?:produktu|zboží|výrobku)|kod(?: (?:produktu|towaru|proizvoda|artikla))?|nr (?:ref\.?|katalogowy|art\.?|produktu)|indeks|symbol|šifra(?: (?:proizvoda|artikla|izdelka))?|cikkszám|termékkód|артикул|арт\.?|код(?: (?:товара|товару|продукта))?|номер (?:товара|объявления)|ürün kodu|stok kodu|κωδικός(?: προϊόντος)?|מק["״]?ט|מספר (?:פריט|מוצר)|رقم (?:المنتج|الموديل|الصنف)|رمز المنتج|商品(?:番号|コード|編號|编号|代碼)|品番|型番|貨號|货号|商品ID|상품(?:번호|코드)|รหัสสินค้า|mã (?:sp|sản phẩm|hàng)|kode produk|(?:id|n[oº°]\.?) (?:do |del )?produ[ck]?to|product(?: id)?)\s*(?:[:#：.．]|n[°º]|№|\s)?\s*$/iu
