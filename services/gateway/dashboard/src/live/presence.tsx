import type { Presence, PresenceOptions } from '@seine/client'
import { useEffect, useRef, useState } from 'preact/hooks'
import { t } from '../i18n.ts'
import { live } from './live-connection.ts'

type Members = Parameters<PresenceOptions['onMembers']>[0]

/** Who is at a topic (`run.<id>`, `site.<name>`), this page among them for as long as it is there. */
export function usePresence(topic: string): { others: Members; presence: () => Presence | null } {
  const [others, setOthers] = useState<Members>([])
  const current = useRef<Presence | null>(null)
  const connection = live.value
  useEffect(() => {
    if (connection === null) return
    const presence = connection.presence(topic, {
      onMembers: (members) => setOthers(members.filter(({ isMe }) => !isMe)),
    })
    current.current = presence
    return () => {
      current.current = null
      presence.leave()
    }
  }, [connection, topic])
  return { others, presence: () => current.current }
}

/** Names of who else looks at this. One person with two windows is named once. */
export function Others({ members }: { members: Members }) {
  const names = [...new Set(members.map(({ name }) => name))]
  if (names.length === 0) return null
  const editors = new Set(members.filter(({ activity }) => activity === 'editing').map(({ name }) => name))
  return (
    <span class="presence">
      {t('presence.others')}{' '}
      {names.map((name) => (
        <span key={name} class="person">
          {name}
          {editors.has(name) && <span class="muted"> · {t('presence.editing')}</span>}
        </span>
      ))}
    </span>
  )
}
