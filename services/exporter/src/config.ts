import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { artifactsEnv } from '@seine/artifacts'
import { commonEnv, envDurationMs, envInt, envString } from '@seine/runtime'
import { telemetryEnv } from '@seine/telemetry'
import { z } from 'zod'
import { sinksEnv } from './sinks/sinks-env.ts'

/** Environment of an exporter. */
export const configSchema = z.object({
  ...commonEnv,
  ...telemetryEnv,
  ...artifactsEnv,
  ...sinksEnv,
  /** Exports at once in this process; each may hold EXPORT_SORT_MEMORY_MB and about 100 MB besides. */
  EXPORT_CONCURRENCY: envInt({ min: 1, max: 64, default: 2 }),
  /** Where files are made before they go to the artifact store. Its `seine-export-*` folders are this service's own. */
  EXPORT_TMP_DIR: envString({ default: join(tmpdir(), 'seine') }),
  /** Records of one export that are sorted in memory; more go through files. */
  EXPORT_SORT_MEMORY_MB: envInt({ min: 2, max: 16_384, default: 64 }),
  /** How long an export waits for files of stored pages that are on their way from fetchers; then their pages count as not stored. */
  EXPORT_PAGES_WAIT: envDurationMs(60_000),
  /** Bytes of files in one part of a run's archive, before packing; more make another part. 0: it is never split. */
  ARCHIVE_PART_BYTES: envInt({ min: 0, max: Number.MAX_SAFE_INTEGER, default: 0 }),
})

export type ExporterConfig = z.output<typeof configSchema>
