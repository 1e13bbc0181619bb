import { createLogger } from '@seine/runtime'
import { expect, test } from 'vitest'
import { makeNoteDeed } from './note-deed.ts'

const caller = { kind: 'session', id: 'ada', name: 'ada', access: 'admin' } as const
const context = { correlationId: 'c-1', caller }

test('a deed is written down with who did it, and stands in the log', async () => {
  const asked: unknown[] = []
  const lines: string[] = []
  const log = createLogger('gateway', { level: 'info', write: (line) => lines.push(line) })
  const call = async (rpc: { name: string }, input: unknown, options: unknown) => asked.push([rpc.name, input, options])
  const noteDeed = makeNoteDeed({ call: call as never, log })
  await noteDeed({ action: 'key.revoked', subject: 'k1' }, context)
  expect(asked).toEqual([
    [
      'rpc.scheduler.audit.record',
      { action: 'key.revoked', subject: 'k1' },
      { correlationId: 'c-1', actor: 'ada', timeoutMs: 2_000 },
    ],
  ])
  expect(JSON.parse(lines[0]!)).toMatchObject({ deed: 'key.revoked', subject: 'k1', by: 'ada' })
})

test('a key is revoked also while nobody keeps the book', async () => {
  const lines: string[] = []
  const log = createLogger('gateway', { level: 'warn', write: (line) => lines.push(line) })
  const call = async () => {
    throw new Error('nobody answers')
  }
  await makeNoteDeed({ call: call as never, log })({ action: 'key.revoked', subject: 'k1' }, context)
  expect(lines[0]).toContain('not in the audit')
})
