import { t } from '../../i18n.ts'

/** From what allows least. */
export const roles = ['read', 'run', 'admin'] as const

export const roleOptions = () => roles.map((role) => [role, t(`access.${role}`)] as const)
