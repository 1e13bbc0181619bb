import { createHash } from 'node:crypto'

const framesCounted = 3

/**
 * What makes two errors the same fault: who reports it, its code or name, and the frames of ours it came through, without lines:
 * they move with every change. Where no frame is ours, the message counts, without what differs from time to time.
 */
export function fingerprintOf(error: { service: string; name: string; message: string; stack: string | null }): string {
  const frames = ownFrames(error.stack ?? '')
  const where = frames.length > 0 ? frames : [withoutValues(error.message)]
  return createHash('sha256')
    .update([error.service, error.name, ...where].join('\n'))
    .digest('hex')
    .slice(0, 32)
}

/** The top frames that are no library's: `run services/gateway/src/http/app.ts`. Reads the stacks of V8 and of Firefox and Safari. */
export function ownFrames(stack: string): string[] {
  const frames: string[] = []
  for (const line of stack.split('\n')) {
    const match =
      /^\s*at (?:(?:async )?(.*?) \()?([^()\s]+?):\d+(?::\d+)?\)?$/.exec(line) ??
      /^(.*?)@(\S+?):\d+(?::\d+)?$/.exec(line)
    const [, name = '', file = ''] = match ?? []
    if (file === '' || /node_modules|^node:|^internal\//.test(file)) continue
    frames.push(`${name} ${pathOf(file)}`.trim())
    if (frames.length === framesCounted) break
  }
  return frames
}

/** The path within the project or the page, without what a build adds to a file's name. */
function pathOf(file: string): string {
  const path = file.replace(/^[a-z]+:\/\/[^/]*/i, '').replace(/[?#].*$/, '')
  const inProject = /(?:^|\/)((?:services|libs|cli|tests|bench)\/.*)$/.exec(path)?.[1] ?? path
  return inProject.replace(/-[A-Za-z0-9_-]{8}(?=\.[a-z]+$)/, '')
}

function withoutValues(message: string): string {
  return message
    .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi, '<id>')
    .replace(/\b[a-z][a-z0-9+.-]*:\/\/\S+/gi, '<url>')
    .replace(/(['"`]).*?\1/g, '<text>')
    .replace(/\b[0-9a-f]{16,}\b/gi, '<hex>')
    .replace(/\d+/g, '<n>')
    .slice(0, 500)
}
