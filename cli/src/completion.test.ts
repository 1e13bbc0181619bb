import { spawnSync } from 'node:child_process'
import { expect, test } from 'vitest'
import { commands } from './commands.ts'
import { command } from './completion.ts'
import { makeIo } from './io.fixture.ts'

async function scriptFor(shell: string): Promise<string> {
  const { io, out } = makeIo()
  expect(await command.run([shell], io)).toBe(0)
  return out()
}

test.each(['bash', 'zsh', 'fish'])('the script for %s knows every command and its flags', async (shell) => {
  const script = await scriptFor(shell)
  for (const { name } of commands) expect(script).toMatch(new RegExp(`\\b${name}\\b`))
  expect(script).toContain('skip-existing')
})

test.each([
  ['bash', ['-n']],
  ['zsh', ['-n']],
  ['fish', ['--no-execute']],
])('%s reads it, where there is one', async (shell, flags) => {
  const read = spawnSync(shell, flags, { input: await scriptFor(shell), encoding: 'utf8' })
  if (read.error === undefined) expect([read.status, read.stderr]).toEqual([0, ''])
})

test('bash completes commands and flags with it', async () => {
  const ask = (...words: string[]) =>
    `COMP_WORDS=(${words.join(' ')}); COMP_CWORD=${words.length - 1}; _seine; echo "\${COMPREPLY[*]}"`
  const input = `${await scriptFor('bash')}\n${ask('seine', 'comp')}\n${ask('seine', 'run', '--skip')}\n`
  const { stdout } = spawnSync('bash', { input, encoding: 'utf8' })
  expect(stdout).toBe('completion\n--skip-existing\n')
})

test('a shell that is none is exit code 2', async () => {
  const { io, err } = makeIo()
  expect(await command.run(['powershell'], io)).toBe(2)
  expect(err()).toContain('which shell?')
})
