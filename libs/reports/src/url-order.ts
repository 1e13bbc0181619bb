/**
 * A text that compares with `<` as the URL's UTF-8 bytes do: the ledger's order. Canonical URLs are ASCII and are their
 * own key; anything else becomes its bytes, one UTF-16 unit each.
 */
export function urlKey(url: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the range is ASCII.
  return /^[\u0000-\u007f]*$/.test(url) ? url : Buffer.from(url, 'utf8').toString('latin1')
}
