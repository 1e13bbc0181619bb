import { PassThrough } from 'node:stream'
import type { CommandIo } from './command.ts'

/** A command's surroundings for tests, and what it said there. */
export function makeIo(overrides: Partial<CommandIo> = {}): { io: CommandIo; out: () => string; err: () => string } {
  const collect = () => {
    const stream = new PassThrough()
    let text = ''
    stream.on('data', (chunk: Buffer) => {
      text += chunk.toString('utf8')
    })
    return { stream, text: () => text }
  }
  const [out, err] = [collect(), collect()]
  const io = { stdout: out.stream, stderr: err.stream, env: {}, cwd: '/nowhere', isTty: false, ...overrides }
  return { io, out: out.text, err: err.text }
}
