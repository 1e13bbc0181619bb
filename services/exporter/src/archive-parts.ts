/** Most parts of an archive; the last one takes what is left, whatever its size. */
export const maxArchiveParts = 999

/**
 * Splits files into parts of at most `maxBytes` before packing, whole files in their order: what is packed is smaller, and which file is
 * where is known before anything is. A file that is larger has a part of its own. 0: one part. There is always one.
 *
 * @param takenBytes of the first part, by what is in it besides.
 */
export function splitIntoParts<File extends { readonly sizeBytes: number }>(
  files: readonly File[],
  { maxBytes, takenBytes }: { maxBytes: number; takenBytes: number },
): File[][] {
  if (maxBytes === 0) return [[...files]]
  let part: File[] = []
  let bytes = takenBytes
  const parts = [part]
  for (const file of files) {
    const isFull = bytes > 0 && bytes + file.sizeBytes > maxBytes
    if (isFull && parts.length < maxArchiveParts) {
      part = []
      parts.push(part)
      bytes = 0
    }
    part.push(file)
    bytes += file.sizeBytes
  }
  return parts
}
