import { z } from 'zod'
import { siteNamePattern } from './subjects.ts'

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}'
const topicPattern = new RegExp(`^(?:run\\.${uuid}|site\\.${siteNamePattern.source.slice(1, -1)})$`)

/** What people are present at: `run.<id>` or `site.<name>`. */
export const presenceTopicSchema = z.string().regex(topicPattern, 'expected run.<id> or site.<name>')

/** Looks at it, or changes it. */
export const presenceActivities = ['viewing', 'editing'] as const
export type PresenceActivity = (typeof presenceActivities)[number]

/** A form field, as the page names it: `selectors.price`. */
export const presenceFieldSchema = z
  .string()
  .regex(/^[\w.[\]-]{1,100}$/, 'expected a field name of at most 100 characters')

/** Somebody who is there. One person with two windows is there twice. */
export const presenceMemberSchema = z.strictObject({
  /** Of the connection. */
  id: z.string(),
  /** Of the user or API key. */
  user: z.string(),
  /** To show. */
  name: z.string(),
  activity: z.enum(presenceActivities),
  /** Fields typed in within the last seconds. */
  typing: z.array(presenceFieldSchema),
  /** ISO 8601, UTC. */
  since: z.string(),
})

export type PresenceMember = z.output<typeof presenceMemberSchema>

/** Value in the `presence` bucket under {@link presenceKey}: who is there through one gateway. */
export interface PresenceShare {
  readonly members: readonly PresenceMember[]
  /** There, and over the number that is listed. */
  readonly more: number
}

/** A topic's share of one gateway. */
export const presenceKey = (topic: string, gatewayId: string): string => `${topic}.${gatewayId}`

/** The inverse of {@link presenceKey}. */
export function presenceOfKey(key: string): { topic: string; gatewayId: string } {
  const last = key.lastIndexOf('.')
  return { topic: key.slice(0, last), gatewayId: key.slice(last + 1) }
}
