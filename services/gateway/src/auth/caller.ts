import { type Access, accessLevels } from '../http/route.ts'

/** Who asks. `access` is the most that they are allowed to. */
export interface Caller {
  readonly kind: 'session' | 'key' | 'anonymous'
  /** Stable over requests: what limits are counted by. Anonymous callers are told apart by their address. */
  readonly id: string
  /** For people: the user's or the key's name. */
  readonly name: string
  readonly access: Access
}

/** Whether someone with this access may use what needs that one. */
export function mayUse(has: Access, needed: Access): boolean {
  return accessLevels.indexOf(has) >= accessLevels.indexOf(needed)
}
