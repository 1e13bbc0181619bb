import { join, resolve } from 'node:path'
import { projectRoot } from '@seine/stack'
import type { CommandIo } from './command.ts'

/** Where `seine up` keeps its state: SEINE_DIR, else `.seine` in the checkout. */
export function stackFolder(io: Pick<CommandIo, 'env' | 'cwd'>): string {
  return resolve(io.cwd, io.env.SEINE_DIR ?? join(projectRoot, '.seine'))
}

/** Where `seine demo` keeps its own, so that it disturbs no stack that runs. */
export function demoFolder(io: Pick<CommandIo, 'env' | 'cwd'>): string {
  return join(stackFolder(io), 'demo')
}
