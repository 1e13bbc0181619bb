export const sessionCookie = 'seine_session'

/** The session's id in a `Cookie` header. Undefined: none, or more than one (somebody else set the other). */
export function readSessionCookie(header: string | undefined): string | undefined {
  const found = (header ?? '').split(';').flatMap((pair) => {
    const [name, ...value] = pair.split('=')
    return name?.trim() === sessionCookie ? [value.join('=').trim()] : []
  })
  return found.length === 1 && /^[\w-]{43}$/.test(found[0]!) ? found[0] : undefined
}

/** `Set-Cookie` of a session. `secure`: sent over https alone. It ends with the browser; the server forgets it sooner. */
export function writeSessionCookie(id: string, secure: boolean): string {
  return `${sessionCookie}=${id}; Path=/; HttpOnly; SameSite=Strict${secure ? '; Secure' : ''}`
}

export function clearSessionCookie(secure: boolean): string {
  return `${writeSessionCookie('', secure)}; Max-Age=0`
}
