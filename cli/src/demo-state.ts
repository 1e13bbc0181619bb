import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/** What a demo remembers of the one before: the sample sites have to be where they were, a little later. */
export interface DemoState {
  readonly port: number
  readonly generation: number
}

/** Null before the first demo. */
export async function readDemoState(dir: string): Promise<DemoState | null> {
  const text = await readFile(join(dir, 'demo.json'), 'utf8').catch(() => null)
  return text === null ? null : (JSON.parse(text) as DemoState)
}

export async function writeDemoState(dir: string, state: DemoState): Promise<void> {
  await mkdir(dir, { recursive: true })
  await writeFile(join(dir, 'demo.json'), `${JSON.stringify(state)}\n`)
}
