import { currencyIn } from './currency.ts'

/** Signs that several countries share: the country of the page says which one is meant. By country, in ISO 3166-1. */
const sharedSigns: Record<string, Record<string, string>> = {
  $: {
    ...{ CA: 'CAD', AU: 'AUD', NZ: 'NZD', SG: 'SGD', HK: 'HKD', TW: 'TWD', MX: 'MXN', AR: 'ARS', CL: 'CLP', CO: 'COP' },
    ...{ UY: 'UYU', DO: 'DOP', BR: 'BRL', JM: 'JMD', TT: 'TTD', FJ: 'FJD', BZ: 'BZD' },
  },
  kr: { SE: 'SEK', NO: 'NOK', DK: 'DKK', IS: 'ISK' },
  '¥': { CN: 'CNY', JP: 'JPY' },
  '￥': { CN: 'CNY', JP: 'JPY' },
  '£': { EG: 'EGP', LB: 'LBP' },
  rs: { IN: 'INR', PK: 'PKR', LK: 'LKR', NP: 'NPR', MU: 'MUR' },
  lei: { RO: 'RON', MD: 'MDL' },
  peso: { MX: 'MXN', AR: 'ARS', CL: 'CLP', CO: 'COP', PH: 'PHP', UY: 'UYU' },
  元: { CN: 'CNY', TW: 'TWD', HK: 'HKD' },
}

/** Languages that are spoken where one of these currencies is, and nearly nowhere else. */
const countryOfLanguage: Record<string, string> = {
  sv: 'SE',
  nb: 'NO',
  nn: 'NO',
  no: 'NO',
  da: 'DK',
  is: 'IS',
  ja: 'JP',
  ro: 'RO',
}

/** The country that a page is for, by its language's region, its host's or the language alone; null where none says. */
function countryOf({ url, language }: { url: string; language: string | null }): string | null {
  const [speech = '', ...rest] = (language ?? '').trim().split(/[-_]/)
  const region = rest.find((part) => /^[a-z]{2}$/i.test(part))?.toUpperCase()
  const domain = /^https?:\/\/[^/:]*\.([a-z]{2})(?=[/:]|$)/i.exec(url)?.[1]?.toUpperCase()
  // `en-US` is what templates say wherever they are used.
  if (domain !== undefined && (region === undefined || region === 'US' || region === 'GB')) return domain
  return region ?? countryOfLanguage[speech.toLowerCase()] ?? null
}

/**
 * The currency that a price means on its page: where it is written with a sign that several countries share, the page's own country decides.
 *
 * @param iso what the text names by itself. @param text the price as written.
 */
export function currencyOnPage(
  iso: string | null,
  text: string | null,
  page: { url: string; language: string | null },
): string | null {
  if (iso === null || text === null) return iso
  const found = currencyIn(text)
  // `$5 NZD` says it all.
  if (found === null || found.iso !== iso) return iso
  const sign = found.text
    .toLowerCase()
    .replace(/\.$/, '')
    .replace(/^pesos$/, 'peso')
  const countries = Object.hasOwn(sharedSigns, sign) ? sharedSigns[sign] : undefined
  const country = countries === undefined ? null : countryOf(page)
  return (country === null ? undefined : countries?.[country]) ?? iso
}
