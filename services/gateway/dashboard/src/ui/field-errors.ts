import { ApiFailure } from '@seine/client'

/** What the API says is wrong, by the first part of the field's name: `startUrls.0` is told at `startUrls`. */
export function fieldErrors(error: unknown): Record<string, string> {
  const found: Record<string, string> = {}
  if (!(error instanceof ApiFailure)) return found
  const { fields } = error.details
  if (typeof fields !== 'object' || fields === null) return found
  for (const [path, messages] of Object.entries(fields)) {
    const [field, ...rest] = path.replace(/^(site|settings)\./, '').split('.')
    const text = (Array.isArray(messages) ? messages : [messages]).map(String).join('; ')
    const place = rest.length === 0 ? text : `${rest.join('.')}: ${text}`
    if (field !== undefined) found[field] = found[field] === undefined ? place : `${found[field]}\n${place}`
  }
  return found
}
