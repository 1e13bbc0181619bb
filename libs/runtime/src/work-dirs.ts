import { mkdir, mkdtemp, readdir, rm } from 'node:fs/promises'
import { join } from 'node:path'

export interface WorkDir extends AsyncDisposable {
  readonly path: string
}

export interface WorkDirs {
  /** A folder for one piece of work, gone with all that is in it when the work ends. */
  open(): Promise<WorkDir>
}

/**
 * Opens folders for work under `root`, named `<prefix>-<process>-…`. What a killed process of this machine left there is removed
 * first: a folder is named for its process, and one whose process is gone belongs to nobody.
 */
export async function makeWorkDirs(
  root: string,
  prefix: string,
  isAlive: (pid: number) => boolean = processIsAlive,
): Promise<WorkDirs> {
  await mkdir(root, { recursive: true })
  for (const name of await readdir(root)) {
    const pid = name.startsWith(`${prefix}-`) ? /^(\d+)-/.exec(name.slice(prefix.length + 1))?.[1] : undefined
    const isOurs = pid !== undefined && (Number(pid) === process.pid || !isAlive(Number(pid)))
    if (isOurs) await rm(join(root, name), { recursive: true, force: true })
  }
  return {
    async open() {
      const path = await mkdtemp(join(root, `${prefix}-${process.pid}-`))
      return { path, [Symbol.asyncDispose]: () => rm(path, { recursive: true, force: true }) }
    },
  }
}

function processIsAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0)
  } catch (error) {
    return (error as { code?: string }).code === 'EPERM'
  }
}
