import { useState } from 'preact/hooks'
import { client } from '../../api.ts'
import { t } from '../../i18n.ts'
import { useResource } from '../../resource.ts'
import { PageHead } from '../../ui/layout.tsx'
import { Secret } from '../../ui/secret.tsx'
import { AddAccess } from './add-access.tsx'
import { ApiKeys } from './api-keys.tsx'
import { People } from './people.tsx'

/** Who and what may ask: people, and keys for programs. */
export function KeysPage() {
  const keys = useResource('keys', () => client.listKeys({ perPage: 200 }))
  const users = useResource('users', () => client.listUsers({ perPage: 200 }))
  const [adding, add] = useState<'key' | 'user' | null>(null)
  const [secret, setSecret] = useState<string | null>(null)
  const added = (made: string | null) => {
    add(null)
    setSecret(made)
    keys.reload()
    users.reload()
  }
  return (
    <>
      <PageHead title={t('nav.keys')} />
      {secret !== null && <Secret title={t('keys.new')} value={secret} onClose={() => setSecret(null)} />}
      <ApiKeys keys={keys} onAdd={() => add('key')} />
      <People users={users} onAdd={() => add('user')} />
      {adding !== null && <AddAccess what={adding} onClose={() => add(null)} onDone={added} />}
    </>
  )
}
