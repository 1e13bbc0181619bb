import { termName } from './thing.ts'

/** Terms of schema.org's ItemAvailability by their letters alone, and what shops write instead of them. */
const terms: Record<string, string> = {
  instock: 'InStock',
  in: 'InStock',
  available: 'InStock',
  availableforsale: 'InStock',
  availablefororder: 'InStock',
  onstock: 'InStock',
  yes: 'InStock',
  true: 'InStock',
  outofstock: 'OutOfStock',
  oos: 'OutOfStock',
  notinstock: 'OutOfStock',
  notavailable: 'OutOfStock',
  unavailable: 'OutOfStock',
  currentlyunavailable: 'OutOfStock',
  false: 'OutOfStock',
  soldout: 'SoldOut',
  discontinued: 'Discontinued',
  preorder: 'PreOrder',
  presale: 'PreSale',
  backorder: 'BackOrder',
  availablesoon: 'BackOrder',
  limitedavailability: 'LimitedAvailability',
  limited: 'LimitedAvailability',
  lowstock: 'LimitedAvailability',
  instoreonly: 'InStoreOnly',
  onlineonly: 'OnlineOnly',
  madetoorder: 'MadeToOrder',
  reserved: 'Reserved',
}

/** Schema.org's term for an availability as structured data states it (`http://schema.org/InStock`, `in stock`), or null. */
export function availabilityOf(text: string): string | null {
  const letters = termName(text)
    .toLowerCase()
    .replace(/[^a-z]/g, '')
  return (Object.hasOwn(terms, letters) ? terms[letters] : undefined) ?? availabilityInText(text)
}

const conditions: Record<string, string> = {
  new: 'NewCondition',
  newcondition: 'NewCondition',
  brandnew: 'NewCondition',
  used: 'UsedCondition',
  usedcondition: 'UsedCondition',
  preowned: 'UsedCondition',
  secondhand: 'UsedCondition',
  refurbished: 'RefurbishedCondition',
  refurbishedcondition: 'RefurbishedCondition',
  damaged: 'DamagedCondition',
  damagedcondition: 'DamagedCondition',
}

/** Schema.org's term for an item condition, or null where it is none of them. */
export function conditionOf(text: string): string | null {
  const letters = termName(text)
    .toLowerCase()
    .replace(/[^a-z]/g, '')
  return (Object.hasOwn(conditions, letters) ? conditions[letters] : undefined) ?? null
}

/** Scripts that put no space between words. */
const unspaced = /[\u0e00-\u0e7f\u3040-\u30ff\u3400-\u9fff]/

/** Any of the phrases as whole words. */
function anyOf(phrases: string[]): RegExp {
  const spaced = phrases.filter((phrase) => !unspaced.test(phrase)).join('|')
  const others = phrases.filter((phrase) => unspaced.test(phrase))
  return new RegExp([String.raw`(?<![\p{L}\d])(?:${spaced})(?!\p{L})`, ...others].join('|'), 'iu')
}

/** Phrases of shops by language; said of the product as a whole, so that they stand near the start of a short text. */
const outOfStock = anyOf([
  ...['out of stock', 'currently unavailable', 'temporarily unavailable', 'not available', 'no longer available'],
  ...[
    'unavailable',
    'not in stock',
    'sold out',
    'this (?:item|product|listing) (?:is|was) (?:no longer|not|currently un)\\s?available',
  ],
  ...['ausverkauft', 'nicht (?:auf lager|lieferbar|verfügbar|vorrätig|mehr lieferbar|mehr verfügbar)', 'vergriffen'],
  ...['(?:derzeit|momentan|aktuell|zurzeit) nicht (?:auf lager|lieferbar|verfügbar)'],
  ...['rupture de stock', 'en rupture', 'épuisé', 'indisponible', 'actuellement indisponible', 'non disponible'],
  ...['agotado', 'sin existencias', 'no disponible', 'sin stock', 'fuera de stock'],
  ...['esaurito', 'non disponibile', 'momentaneamente non disponibile', 'attualmente non disponibile'],
  ...['esgotado', 'indisponível', 'sem estoque', 'produto indisponível', 'sem stock', 'esgotada'],
  ...['uitverkocht', 'niet op voorraad', 'niet beschikbaar', 'niet leverbaar'],
  ...['wyprzedan[eya]', 'brak w magazynie', 'niedostępny', 'produkt niedostępny', 'chwilowo niedostępny'],
  ...[
    'vyprodáno',
    'není skladem',
    'vypredané',
    'nie je na sklade',
    'nedostupné',
    'nedostupný',
    'momentálně nedostupné',
  ],
  ...['stoc epuizat', 'indisponibil', 'nu este in stoc', 'nincs (?:készleten|raktáron)', 'elfogyott', 'nem elérhető'],
  ...[
    'нет в наличии',
    'нет на складе',
    'распродано',
    'товар закончился',
    'нема в наявності',
    'немає в наявності',
    'няма наличност',
  ],
  ...['rasprodano', 'nije dostupno', 'ni na zalogi', 'razprodano', 'trenutno nedostupno'],
  ...[
    'slutsåld',
    'ej i lager',
    'slut i lager',
    'ikke på lager',
    'udsolgt',
    'utsolgt',
    'loppuunmyyty',
    'ei varastossa',
    'läbi müüdud',
  ],
  ...[
    'tükendi',
    'stokta yok',
    'εξαντλήθηκε',
    'εξαντλημένο',
    'μη διαθέσιμο',
    'אזל מהמלאי',
    'לא במלאי',
    'غير متوفر',
    'نفذت الكمية',
    'ناموجود',
  ],
  ...[
    '売り切れ',
    '在庫切れ',
    '在庫なし',
    '品切れ',
    '缺货',
    '缺貨',
    '售罄',
    '無貨',
    '完售',
    '已售完',
    '補貨中',
    '품절',
    '일시품절',
    'สินค้าหมด',
    'hết hàng',
    'stok habis',
  ],
])

const inStock = anyOf([
  ...[
    'in stock',
    'available (?:now|immediately|online|for delivery|to ship)',
    'ready to ship',
    'ships (?:today|within|in \\d)',
    'availability:? available',
  ],
  ...[
    'only \\d+ (?:left|remaining)',
    '\\d+ (?:available|in stock|left)',
    'last one',
    'low stock',
    'usually (?:dispatched|ships) ',
  ],
  ...[
    'auf lager',
    '(?:sofort |online )?(?:lieferbar|verfügbar)',
    'vorrätig',
    'nur noch \\d+',
    'lieferzeit',
    'versandfertig',
  ],
  ...[
    'en stock',
    'disponible',
    'expédié sous',
    'plus que \\d+',
    'en existencia',
    'hay existencias',
    'disponibilidad inmediata',
  ],
  ...[
    'disponibile',
    'disponibilità immediata',
    'em estoque',
    'em stock',
    'disponível',
    'pronta entrega',
    'op voorraad',
    'leverbaar',
  ],
  ...[
    'dostępny',
    'w magazynie',
    'na stanie',
    'skladem',
    'na sklade',
    'na skladě',
    'dostupné',
    'in stoc',
    'în stoc',
    'disponibil',
    'raktáron',
    'készleten',
    'elérhető',
  ],
  ...[
    'в наличии',
    'есть в наличии',
    'на складе',
    'в наявності',
    'в наличност',
    'na zalogi',
    'dostupno',
    'na stanju',
    'na lageru',
    'na skladištu',
  ],
  ...['i lager', 'på lager', 'varastossa', 'heti saatavilla', 'laos', 'stokta', 'διαθέσιμο', 'במלאי', 'متوفر', 'موجود'],
  ...['在庫あり', '有货', '有貨', '現貨', '现货', '有庫存', '재고 있음', 'มีสินค้า', 'còn hàng', 'stok tersedia'],
])
const preOrder = anyOf([
  'pre-?order',
  'vorbestell(?:en|bar|ung)',
  'précommand(?:e|er)',
  'reserva ahora',
  'preordina',
  'предзаказ',
  '予約受付中',
  '預購',
])

/** Schema.org's term for an availability as a page says it in one of many languages, or null. A denial is looked for first. */
export function availabilityInText(text: string): string | null {
  if (outOfStock.test(text)) return 'OutOfStock'
  if (inStock.test(text)) return 'InStock'
  return preOrder.test(text) ? 'PreOrder' : null
}
