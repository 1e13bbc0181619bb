/** Names that carry a session id and nothing else. */
const sessionName = /^(?:phpsessid|jsessionid|aspsessionid[a-z]*|oscsid|zenid|cfid|cftoken)$/i
/** Names that often do: dropped where the value looks like an id too. */
const maybeSessionName = /^(?:sid|s_?id|sess|sessid|session|session_?id)$/i
const idLike = /^(?=.*\d)[0-9a-z_-]{16,}$/i

/**
 * Takes a query without its `?`, gives the canonical one with it, or '' where nothing is left: parameters sorted by name
 * (stable: the order of equal names means something), no session ids, no nameless parameters, no `=` without a value.
 * Escapes are not touched.
 */
export function canonicalQuery(query: string): string {
  if (!query.includes('&')) {
    const kept = canonicalParameter(query)
    return kept === '' ? '' : `?${kept}`
  }
  const kept = query.split('&').map(canonicalParameter).filter(Boolean)
  if (kept.length === 0) return ''
  if (kept.length > 1) kept.sort(byName)
  return `?${kept.join('&')}`
}

/** The parameter, or '' where it is to go. */
function canonicalParameter(parameter: string): string {
  const equals = parameter.indexOf('=')
  if (equals === -1) return isSession(parameter, '') ? '' : parameter
  if (equals === 0) return ''
  const name = parameter.slice(0, equals)
  if (isSession(name, parameter.slice(equals + 1))) return ''
  return equals === parameter.length - 1 ? name : parameter
}

function isSession(name: string, value: string): boolean {
  return sessionName.test(name) || (maybeSessionName.test(name) && idLike.test(value))
}

function byName(a: string, b: string): number {
  const nameA = nameOf(a)
  const nameB = nameOf(b)
  return nameA < nameB ? -1 : nameA > nameB ? 1 : 0
}

/** The name of `name=value` or `name`. */
export function nameOf(parameter: string): string {
  const equals = parameter.indexOf('=')
  return equals === -1 ? parameter : parameter.slice(0, equals)
}
