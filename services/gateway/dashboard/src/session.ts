import { effect, signal } from '@preact/signals'
import { ApiFailure, type WhoAmI } from '@seine/client'
import { client, refusals } from './api.ts'
import { closeLive, openLive } from './live/live-connection.ts'

export type Access = 'read' | 'run' | 'admin'
const accessLevels: readonly Access[] = ['read', 'run', 'admin']

/** Who uses the page. `unknown`: it is being asked; `failed`: the gateway could not say. */
export const session = signal<
  | { state: 'unknown' }
  | { state: 'failed'; error: unknown }
  | { state: 'signed-out'; needsSetup: boolean; wasSignedIn: boolean }
  | { state: 'signed-in'; name: string; access: Access }
>({ state: 'unknown' })

/** Whether the person may do what needs that. What is not allowed is not offered; the gateway decides all the same. */
export function may(needed: Access): boolean {
  const now = session.value
  return now.state === 'signed-in' && accessLevels.indexOf(now.access) >= accessLevels.indexOf(needed)
}

function enter({ caller }: WhoAmI): void {
  session.value = { state: 'signed-in', name: caller.name, access: caller.access }
  openLive()
}

function leave({ wasSignedIn = false, needsSetup = false } = {}): void {
  closeLive()
  session.value = { state: 'signed-out', needsSetup, wasSignedIn }
}

export async function readSession(): Promise<void> {
  try {
    enter(await client.whoAmI())
  } catch (error) {
    if (error instanceof ApiFailure && error.status === 401) leave({ needsSetup: error.details.setupNeeded === true })
    else session.value = { state: 'failed', error }
  }
}

export async function signIn(name: string, password: string): Promise<void> {
  enter(await client.logIn(name, password))
}

export async function setUp(token: string, name: string, password: string): Promise<void> {
  enter(await client.completeSetup(token, { name, password }))
}

export async function signOut(): Promise<void> {
  await client.logOut()
  leave()
}

/** A session that ends while the page is open leads to the sign-in, and back to the same page after it. Called once. */
export function startSession(): void {
  let seen = refusals.value
  effect(() => {
    const now = refusals.value
    if (now === seen) return
    seen = now
    if (session.peek().state === 'signed-in') leave({ wasSignedIn: true })
  })
  void readSession()
}
