/** Without what was left empty: a filter that nobody set is no filter. */
export function given<T extends Readonly<Record<string, string | number | boolean>>>(
  values: T,
): { [K in keyof T]?: Exclude<T[K], ''> } {
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== '')) as {
    [K in keyof T]?: Exclude<T[K], ''>
  }
}
