import type { RoundEvidence } from '../round-evidence.ts'

/** I8: exporting the same run twice gives identical files. Crashes and repeated messages have it exported more than once. */
export function sameBytes({ exports }: Pick<RoundEvidence, 'exports'>): string[] {
  const first = new Map<string, string>()
  const problems = new Set<string>()
  for (const { status, artifacts } of exports) {
    if (status !== 'complete') continue
    for (const { path, sha256 } of artifacts) {
      const before = first.get(path)
      if (before === undefined) first.set(path, sha256)
      else if (before !== sha256) problems.add(`${path} was ${before} and then ${sha256}`)
    }
  }
  return [...problems]
}
