import type { RoundEvidence } from '../round-evidence.ts'

/** Every file that a run says it wrote is there, and has the hash and the size that it says. */
export function hashesTrue({ files }: Pick<RoundEvidence, 'files'>): string[] {
  if (files.length === 0) return ['the run names no files']
  return files.flatMap(({ name, saidSha256, sha256, saidBytes, bytes }) => {
    if (sha256 === null) return [`${name} is not there`]
    if (sha256 !== saidSha256) return [`${name} has sha256 ${sha256}, said was ${saidSha256}`]
    return bytes === saidBytes ? [] : [`${name} has ${bytes} bytes, said were ${saidBytes}`]
  })
}
