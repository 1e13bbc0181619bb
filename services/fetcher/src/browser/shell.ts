import type { Seo } from '@seine/contracts'

/** A page as it was sent, and what extraction made of it. */
export interface RawPage {
  readonly html: string
  readonly seo: Pick<Seo, 'textChars' | 'h1' | 'internalLinks'>
  /** Extraction found a product. */
  readonly hasProduct: boolean
}

/** A page with this much text says something, however it was made. */
const maxShellTextChars = 400
/** A shell's head may be large, but what is looked at is bounded. */
const maxLookedAtChars = 1_000_000

/** `Loading…`, `Please wait while the shop is loading`: what a shell says until it is filled. */
const maxLoadingChars = 80
/** What is looked at of one tag. */
const maxAttributeChars = 2_000

const tag = /<(!--|\/?[a-z][a-z0-9-]*)([^<>]*)>?/gi
/** Never shown; read up to their end tag. */
const hidden = new Set(['script', 'style', 'noscript', 'template', 'svg', 'title'])
const appSource = /\b(?:webpack|vite|bundle|chunk|main|app|index|runtime|polyfills|entry|umi)[\w.~/-]*\.m?js\b/i
const mountId =
  /\bid\s*=\s*["']?(?:root|app|main|application|__next|__nuxt|__layout|___gatsby|svelte|react-root|app-root|main-app|vue-app|ember-app|q-app|mount)["']?(?:\s|$|\/)/i
/** Angular, Ember, Polymer, Stencil: an element of the application's own. */
const mountElement = /^(?:(?:app|my|ng|main|shop|store|site|web)-[a-z][\w-]*|[a-z]+-(?:app|root|shell))$/

/**
 * Whether a page is the empty shell of an application that a browser has to fill, for `render: auto`. Careful in one
 * direction: a false no leaves a record as empty as it was, a false yes costs a browser for a whole site. So
 * all of it has to hold: next to no text, no heading, next to no links, no product, scripts of an application (or a
 * word to those who have none), and an element that waits to be filled. Pure.
 */
export function isShell({ html, seo, hasProduct }: RawPage): boolean {
  if (hasProduct || seo.h1.length > 0 || seo.internalLinks > 2 || seo.textChars > maxShellTextChars) return false
  const { shownChars, hasScript, waitsForScripts, charsAtMount, isForSomebody } = look(html.slice(0, maxLookedAtChars))
  if (!hasScript || !waitsForScripts || isForSomebody || charsAtMount === null) return false
  return shownChars <= maxShellTextChars && shownChars - charsAtMount <= maxLoadingChars
}

interface Looks {
  shownChars: number
  hasScript: boolean
  /** Scripts that look like an application's, or a word to those who have none. */
  waitsForScripts: boolean
  /** Text shown before the element that is to be filled. Null: there is none. */
  charsAtMount: number | null
  /** A form or frame: a login page, a consent page, an embedded one. */
  isForSomebody: boolean
}

/** One pass over the tags, in time that grows with the page and not faster, whatever the page does. */
function look(html: string): Looks {
  const looks: Looks = {
    ...{ shownChars: 0, hasScript: false, waitsForScripts: false, charsAtMount: null, isForSomebody: false },
  }
  let at = 0
  tag.lastIndex = 0
  for (let found = tag.exec(html); found !== null; found = tag.exec(html)) {
    looks.shownChars += shownChars(html.slice(at, found.index))
    const name = (found[1] ?? '').toLowerCase()
    const attributes = (found[2] ?? '').slice(0, maxAttributeChars)
    at = name === '!--' ? after(html, '-->', found.index + 4) : found.index + found[0].length
    if (hidden.has(name)) {
      const end = closing(html, name, at)
      if (name === 'script') readScript(looks, attributes)
      if (name === 'noscript' && /\b(?:javascript|js)\b/i.test(html.slice(at, end))) looks.waitsForScripts = true
      at = end
    } else if (/^(?:form|iframe|frameset|article)$/.test(name)) looks.isForSomebody = true
    else if (looks.charsAtMount === null && isMount(name, attributes)) looks.charsAtMount = looks.shownChars
    tag.lastIndex = at
  }
  looks.shownChars += shownChars(html.slice(at))
  return looks
}

function readScript(looks: Looks, attributes: string): void {
  const isModule = /\btype\s*=\s*["']?module\b/i.test(attributes)
  if (isModule || /\bsrc\s*=/i.test(attributes)) looks.hasScript = true
  if (isModule || appSource.test(attributes)) looks.waitsForScripts = true
}

function isMount(name: string, attributes: string): boolean {
  return mountElement.test(name) || (/^(?:div|main|section)$/.test(name) && mountId.test(attributes))
}

function after(html: string, end: string, from: number): number {
  const found = html.indexOf(end, from)
  return found < 0 ? html.length : found + end.length
}

function closing(html: string, name: string, from: number): number {
  const end = new RegExp(`</${name}\\b`, 'gi')
  end.lastIndex = from
  return end.exec(html)?.index ?? html.length
}

function shownChars(text: string): number {
  return text.replace(/\s+/g, ' ').trim().length
}
