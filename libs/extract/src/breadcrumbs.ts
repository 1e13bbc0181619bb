import { isThing, type Thing, textOf, typesOf, valuesOf, walkThings } from './thing.ts'

/**
 * The names of the page's breadcrumbs in structured data, from the site's root, without the product itself: a BreadcrumbList, or the
 * single Breadcrumbs of data-vocabulary.org. Empty where there are none.
 */
export function breadcrumbsOf(roots: readonly unknown[], productName: string | null): string[] {
  let list: Thing | null = null
  const singles: string[] = []
  for (const root of roots) {
    walkThings(root, (thing) => {
      const types = typesOf(thing)
      if (list === null && types.includes('BreadcrumbList')) list = thing
      else if (types.includes('Breadcrumb')) singles.push(nameOf(valuesOf(thing, 'title')) ?? '')
    })
  }
  const names = list === null ? singles : namesOfList(list)
  return names.filter((name) => name !== '' && name !== productName && !/^https?:/.test(name))
}

const namesOfList = (list: Thing): string[] =>
  valuesOf(list, 'itemListElement')
    .filter(isThing)
    .map((element, index) => {
      const position = Number.parseInt(textOf(valuesOf(element, 'position')) ?? '', 10)
      const name = nameOf(valuesOf(element, 'name')) ?? nameOf(valuesOf(element, 'item'))
      return { at: Number.isNaN(position) ? index : position, name }
    })
    .sort((a, b) => a.at - b.at)
    .map(({ name }) => name ?? '')

function nameOf(values: unknown[]): string | null {
  for (const value of values) {
    const text = textOf(value)
    if (text !== null) return text
  }
  return null
}
