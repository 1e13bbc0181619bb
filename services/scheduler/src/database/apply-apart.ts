import { type Logger, messageOf } from '@seine/runtime'
import { isAboutData } from './about-data.ts'

/**
 * Applies many at once; where that fails because of what one of them says, applies halves, and the one that is left alone with it is
 * told of and left out: all of the mesh would wait behind it (keeps I1). Any other failure is thrown, nothing is left out for it.
 *
 * @param about what the log says of one that is left out.
 */
export function makeApplyApart<Item, Result>(deps: {
  apply: (items: readonly Item[], nowMs: number) => Promise<Result>
  about: (item: Item) => Readonly<Record<string, unknown>>
  log: Logger
}) {
  return async function applyApart(items: readonly Item[], nowMs: number): Promise<Result[]> {
    const [first] = items
    if (first === undefined) return []
    try {
      return [await deps.apply(items, nowMs)]
    } catch (error) {
      if (!isAboutData(error)) throw error
      if (items.length === 1) {
        deps.log.error('left out: it can not be entered', { ...deps.about(first), error, why: messageOf(error) })
        return []
      }
      const middle = items.length >> 1
      return [...(await applyApart(items.slice(0, middle), nowMs)), ...(await applyApart(items.slice(middle), nowMs))]
    }
  }
}
