import { homedir } from 'node:os'
import { delimiter, join, resolve } from 'node:path'

/** The checkout's root: this file is `libs/stack/src/paths.ts`. */
export const projectRoot = resolve(import.meta.dirname, '../../..')

/** What can be made or downloaded again; safe to delete. */
export const cacheDir = join(projectRoot, '.cache')

/** Folders to look for an executable in: PATH, then where packages put servers that a user's PATH often lacks. */
export function binaryFolders(path: string | undefined): string[] {
  const usual = ['/usr/local/bin', '/usr/local/sbin', '/usr/sbin', '/opt/homebrew/bin', join(homedir(), 'go/bin')]
  return [...new Set([...(path ?? '').split(delimiter).filter(Boolean), ...usual])]
}
