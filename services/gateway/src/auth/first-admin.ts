import { CodedError, type Logger } from '@seine/runtime'
import type { Setup } from './setup.ts'

/**
 * Sees to it that somebody can become the first admin: the one that the environment names is made, else a one-time
 * token is offered; a random one is logged, a given one is known to whoever gave it.
 */
export async function seeToFirstAdmin(
  setup: Setup,
  settings: { user: string | undefined; password: string | undefined; setupToken: string | undefined },
  log: Logger,
): Promise<void> {
  const { user: name, password, setupToken } = settings
  if ((name === undefined) !== (password === undefined))
    throw new CodedError('bad-config', 'ADMIN_USER and ADMIN_PASSWORD: expected both or none')
  if (name !== undefined && password !== undefined) {
    if (await setup.fromEnvironment({ name, password })) log.info('the admin of the environment was made', { name })
    return
  }
  const offered = await setup.offer(setupToken)
  if (offered === null || offered === setupToken) return
  // In the text: a field of this name would be taken out as a secret.
  log.warn(
    `no user yet: open the gateway's address with /#setup=${offered} to make the first admin (once, within a day)`,
  )
}
