import { execFile } from 'node:child_process'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { expect, test } from 'vitest'

const run = promisify(execFile)
const runMain = join(import.meta.dirname, 'run-main.ts')

test('a start that fails ends the process, even with something left open, and says why in one line', async () => {
  const script = `
    import { createServer } from 'node:net'
    import { runMain } from ${JSON.stringify(runMain)}
    await runMain('sample', async () => {
      await new Promise((resolve) => createServer().listen(0, resolve))
      throw new Error('no disk')
    })`
  const failure = await run(process.execPath, ['--input-type=module', '-e', script]).catch((error: unknown) => error)
  expect(failure).toMatchObject({ code: 1 })
  const lines = (failure as { stdout: string }).stdout.trim().split('\n')
  expect(lines).toHaveLength(1)
  expect(JSON.parse(lines[0]!)).toMatchObject({ level: 'error', service: 'sample', msg: "can't run" })
})
