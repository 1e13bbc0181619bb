import { computed, signal } from '@preact/signals'

/** Where the page is: path and query of the address, kept in step with the browser's history. */
export const location_ = signal<{ path: string; search: string }>({ path: '/', search: '' })
export const path = computed(() => location_.value.path)
export const query = computed(() => new URLSearchParams(location_.value.search))

/** Reads the address and follows links from now on. Called once. */
export function startRouter(): void {
  const read = () => {
    location_.value = { path: location.pathname, search: location.search }
  }
  read()
  addEventListener('popstate', read)
  document.addEventListener('click', (event) => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return
    const link = (event.target as Element).closest('a')
    if (link === null || link.origin !== location.origin || link.target !== '' || link.hasAttribute('download')) return
    if (link.pathname.startsWith('/api/')) return
    if (link.hash !== '' && link.pathname === location.pathname) return
    event.preventDefault()
    navigate(link.pathname + link.search)
  })
}

/** Goes to a page of the dashboard; the reader of a screen hears its heading. */
export function navigate(to: string): void {
  history.pushState(null, '', to)
  location_.value = { path: location.pathname, search: location.search }
  scrollTo(0, 0)
  requestAnimationFrame(() => document.querySelector<HTMLElement>('h1')?.focus({ preventScroll: true }))
}

/** Changes parts of the query in place: filters are part of a link, but no step back. Empty: removed. */
export function setQuery(changes: Readonly<Record<string, string>>): void {
  const next = new URLSearchParams(location.search)
  for (const [name, value] of Object.entries(changes)) {
    if (value === '') next.delete(name)
    else next.set(name, value)
  }
  history.replaceState(null, '', `${location.pathname}${next.size === 0 ? '' : `?${next}`}`)
  location_.value = { path: location.pathname, search: location.search }
}
