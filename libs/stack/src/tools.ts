import { execFile } from 'node:child_process'
import { access, constants } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'

const run = promisify(execFile)

/** A server program that is used if the machine has it and fetched into the project's cache if not. */
export interface Tool {
  readonly name: string
  /** `2.12` or `2.12.0`: older ones are passed over. */
  readonly minVersion: string
  readonly versionArgs: readonly string[]
  /** What to do by hand when nothing else worked; completes "…: ". */
  readonly advice: string
}

/** A way to get a tool: puts the executable at the path, or says in one line why it can't. */
export interface ToolSource {
  readonly name: string
  readonly fetch: (destination: string) => Promise<{ ok: true } | { ok: false; reason: string }>
}

export interface ToolPlaces {
  /** Searched first, in order. */
  readonly folders: readonly string[]
  /** Where fetched tools are kept. */
  readonly cacheFolder: string
  /** Tried in order when neither the folders nor the cache have it. */
  readonly sources: readonly ToolSource[]
  /** One line for people when something is fetched, because it takes seconds. */
  readonly onFetch?: (line: string) => void
}

/** The tool could be neither found nor fetched. The message is one line that says what to do. */
export class ToolMissing extends Error {
  override name = 'ToolMissing'
}

/** Path of an executable that is recent enough. Throws {@link ToolMissing}. */
export async function findTool(tool: Tool, places: ToolPlaces): Promise<string> {
  const passedOver: string[] = []
  for (const folder of [...places.folders, places.cacheFolder]) {
    const path = join(folder, tool.name)
    const version = await versionOf(path, tool)
    if (version === null) continue
    if (isAtLeast(version, tool.minVersion)) return path
    passedOver.push(`${path} is ${version}`)
  }
  for (const source of places.sources) {
    const destination = join(places.cacheFolder, tool.name)
    places.onFetch?.(`fetching ${tool.name} from ${source.name}`)
    const result = await source.fetch(destination)
    const version = result.ok ? await versionOf(destination, tool) : null
    if (version !== null && isAtLeast(version, tool.minVersion)) return destination
    const unusable = version === null ? 'what it gave does not run here' : `it gave ${version}`
    passedOver.push(`${source.name}: ${result.ok ? unusable : result.reason}`)
  }
  const tried = passedOver.length === 0 ? '' : ` (${passedOver.join('; ')})`
  throw new ToolMissing(`${tool.name} ${tool.minVersion} or newer is missing: ${tool.advice}${tried}`)
}

/** Null when there is no such executable, or it does not run, or does not tell its version. */
async function versionOf(path: string, tool: Tool): Promise<string | null> {
  try {
    await access(path, constants.X_OK)
    const { stdout, stderr } = await run(path, [...tool.versionArgs], { timeout: 10_000 })
    return /v?(\d+\.\d+(?:\.\d+)?)/.exec(stdout + stderr)?.[1] ?? null
  } catch {
    return null
  }
}

export function isAtLeast(version: string, minimum: string): boolean {
  const [have, want] = [version, minimum].map((text) => text.split('.').map(Number))
  for (let i = 0; i < want!.length; i++) {
    const difference = (have![i] ?? 0) - want![i]!
    if (difference !== 0) return difference > 0
  }
  return true
}
