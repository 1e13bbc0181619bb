import { envOneOf, envOptional, envString } from '@seine/runtime'
import type { z } from 'zod'

/** Environment of every service that reads or writes artifacts: spread into its schema. */
export const artifactsEnv = {
  /** `jetstream`: the broker's object store. `s3`: a bucket; then the S3_* variables are needed. */
  ARTIFACTS: envOneOf(['jetstream', 's3'], 'jetstream'),
  S3_ENDPOINT: envString({
    default: '',
    pattern: /^(https?:\/\/[^\s/]+\/?)?$/,
    expected: 'http://host:port or https://host',
  }),
  S3_ACCESS_KEY: envOptional(),
  S3_SECRET_KEY: envOptional(),
  S3_BUCKET: envOptional(),
  S3_REGION: envOptional(),
}

export type ArtifactsEnv = z.output<z.ZodObject<typeof artifactsEnv>>
