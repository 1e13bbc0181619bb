import { readFile, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'

export interface SystemUser {
  readonly uid: number
  readonly gid: number
}

/** Null unless the process is root's: then whom to run programs as that refuse root. `initdb` needs an entry in passwd. */
export async function findUnprivilegedUser(passwdFile = '/etc/passwd'): Promise<SystemUser | null> {
  if (process.getuid?.() !== 0) return null
  const entries = (await readFile(passwdFile, 'utf8')).split('\n').map((line) => line.split(':'))
  const entry = entries.find(([name]) => name === 'nobody') ?? entries.find(([, , uid]) => Number(uid) > 0)
  if (entry === undefined) {
    throw new Error('PostgreSQL does not run as root and /etc/passwd has no other user: start as an ordinary user')
  }
  return { uid: Number(entry[2]), gid: Number(entry[3]) }
}

/** Whether the user may enter every folder on the way. Judged by the mode bits for others, which is what `nobody` has. */
export async function reachableFor(path: string, user: SystemUser): Promise<boolean> {
  for (let folder = resolve(path); folder !== '/'; folder = dirname(folder)) {
    const { mode, uid } = await stat(folder)
    if (uid !== user.uid && (mode & 0o001) === 0) return false
  }
  return true
}
