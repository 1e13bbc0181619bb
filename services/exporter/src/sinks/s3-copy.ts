import type { ArtifactStore } from '@seine/artifacts'
import type { Sink } from './sink.ts'

/**
 * Copies the files of a run into another bucket, under the same paths behind `prefix`. What is there already with the same hash is not
 * sent again.
 */
export function makeS3Copy(deps: {
  store: Pick<ArtifactStore, 'open'>
  /** Opened at the first run: a bucket that can't be reached is no reason not to export. */
  openTarget: () => Promise<Pick<ArtifactStore, 'put'>>
  prefix: string
}): Sink {
  let opening: Promise<Pick<ArtifactStore, 'put'>> | undefined
  const target = (): Promise<Pick<ArtifactStore, 'put'>> => {
    opening ??= deps.openTarget().catch((error: unknown) => {
      opening = undefined
      throw error
    })
    return opening
  }
  return {
    name: 's3',
    async deliver({ files }, signal) {
      const bucket = await target()
      let copied = 0
      for (const { path, sha256 } of files) {
        signal.throwIfAborted()
        const opened = await deps.store.open(path)
        if (opened === null) throw new Error(`${path} is not in the artifact store`)
        try {
          if ((await bucket.put(deps.prefix + path, opened.stream, { sha256 })).wrote) copied++
        } finally {
          opened.stream.destroy()
        }
      }
      return `${copied} files copied, ${files.length - copied} were there`
    },
  }
}
