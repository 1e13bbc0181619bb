import { chmod, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { ManagedProcess } from '@seine/stack'

/** A real server for tests on a port of its own. `await using` or `stop()` ends it and removes its files. */
export interface TestServer extends AsyncDisposable {
  /** SIGKILL, as a crash; its files stay. */
  kill(): Promise<void>
  /** Starts it again after `kill`, on the same port with the same files; resolves when it is ready. */
  start(): Promise<void>
  stop(): Promise<void>
}

/** Others may pass through it: started by root, PostgreSQL runs as another user and has its files in it. */
export async function temporaryFolder(name: string): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), `seine-${name}-`))
  await chmod(folder, 0o711)
  return folder
}

export function testServer(process: ManagedProcess, folder: string): TestServer {
  const stop = async () => {
    await process.stop()
    await rm(folder, { recursive: true, force: true, maxRetries: 3 })
  }
  return {
    kill: () => process.kill('SIGKILL'),
    start: () => process.start(),
    stop,
    [Symbol.asyncDispose]: stop,
  }
}
