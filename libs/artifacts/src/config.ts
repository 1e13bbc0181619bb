import type { NatsConnection } from '@nats-io/transport-node'
import { CodedError } from '@seine/runtime'
import type { ArtifactsEnv } from './env.ts'
import { makeObjectStore } from './object-store.ts'
import { makeS3Store } from './s3-store.ts'
import type { ArtifactStore } from './store.ts'

/** Opens the store that the environment names. Throws one message with every S3 variable that is missing. */
export async function openArtifactStore(
  env: ArtifactsEnv,
  nc: NatsConnection,
  options: { spoolDir?: string } = {},
): Promise<ArtifactStore> {
  if (env.ARTIFACTS === 'jetstream') return makeObjectStore(nc, options)
  const { S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_BUCKET, S3_REGION } = env
  if (!S3_ENDPOINT || !S3_ACCESS_KEY || !S3_SECRET_KEY || !S3_BUCKET) {
    const missing = Object.entries({ S3_ENDPOINT, S3_ACCESS_KEY, S3_SECRET_KEY, S3_BUCKET }).filter(([, v]) => !v)
    throw new CodedError('bad-config', `ARTIFACTS=s3 needs ${missing.map(([name]) => name).join(', ')}`)
  }
  return makeS3Store({
    endpoint: S3_ENDPOINT,
    accessKey: S3_ACCESS_KEY,
    secretKey: S3_SECRET_KEY,
    bucket: S3_BUCKET,
    ...(S3_REGION === undefined ? {} : { region: S3_REGION }),
    ...options,
  })
}
