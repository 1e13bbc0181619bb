import type { RoundEvidence } from '../round-evidence.ts'

/** I8: exporting the same run twice gives identical files. After each round everything is exported once more. */
export function sameBytes(evidence: Pick<RoundEvidence, 'files' | 'filesAgain' | 'exportedAgain'>): string[] {
  if (evidence.exportedAgain === 0) return ['nothing was exported once more']
  const again = new Map(evidence.filesAgain.map((file) => [file.name, file.sha256]))
  const differences = evidence.files.flatMap(({ name, sha256 }) => {
    const then = again.get(name)
    if (then === undefined || then === null) return [`${name} is not there after the second export`]
    return then === sha256 ? [] : [`${name} was ${sha256} and is ${then} after the second export`]
  })
  const before = new Set(evidence.files.map(({ name }) => name))
  const more = evidence.filesAgain.filter(({ name }) => !before.has(name))
  return [...differences, ...more.map(({ name }) => `${name} came with the second export`)]
}
