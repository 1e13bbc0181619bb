// A host that URL.host would give back as it is: no default port, no credentials, no address in disguise.
const plainHost = /^https?:\/\/((?:[a-z0-9_-]+\.)*[a-z][a-z0-9-]*(?::(?!80(?:\/|$)|443(?:\/|$))[1-9]\d{0,3})?)(?:\/|$)/

/** `URL.host` of a URL: lower case, with the port where it is not the default one. Throws TypeError where it is no URL. */
export function hostOf(url: string): string {
  const host = plainHost.exec(url)?.[1]
  return host === undefined || host.includes('xn--') ? new URL(url).host : host
}

/** The home page of a URL's host: its origin and `/`. Throws TypeError where it is no URL. */
export function homeOf(url: string): string {
  return `${new URL(url).origin}/`
}
