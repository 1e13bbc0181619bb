import { readFile } from 'node:fs/promises'
import { type ArtifactStore, makeS3Store } from '@seine/artifacts'
import { CodedError, messageOf } from '@seine/runtime'
import type { z } from 'zod'
import { askJson } from './ask-json.ts'
import { makeGoogleSheets, sheetsScope } from './google-sheets.ts'
import { makeGoogleToken, type ServiceAccount, serviceAccountSchema } from './google-token.ts'
import { makeS3Copy } from './s3-copy.ts'
import type { Sink } from './sink.ts'
import type { sinksEnv } from './sinks-env.ts'

type SinksEnv = z.output<z.ZodObject<typeof sinksEnv>>

/** The sinks that the environment names, in a fixed order. Throws CodedError where one is named by half, or its key file is none. */
export async function openSinks(
  env: SinksEnv,
  { store, spoolDir, nowMs }: { store: ArtifactStore; spoolDir: string; nowMs: () => number },
): Promise<Sink[]> {
  const sinks: Sink[] = []
  if (env.SINK_S3_BUCKET) {
    const config = {
      bucket: env.SINK_S3_BUCKET,
      endpoint: needed(env, 'SINK_S3_ENDPOINT', 'SINK_S3_BUCKET'),
      accessKey: needed(env, 'SINK_S3_ACCESS_KEY', 'SINK_S3_BUCKET'),
      secretKey: needed(env, 'SINK_S3_SECRET_KEY', 'SINK_S3_BUCKET'),
      ...(env.SINK_S3_REGION === undefined ? {} : { region: env.SINK_S3_REGION }),
      spoolDir,
    }
    sinks.push(makeS3Copy({ store, openTarget: () => makeS3Store(config), prefix: env.SINK_S3_PREFIX }))
  }
  if (env.GOOGLE_SHEETS_SPREADSHEET) {
    const file = needed(env, 'GOOGLE_SHEETS_CREDENTIALS', 'GOOGLE_SHEETS_SPREADSHEET')
    const account = await readServiceAccount(file)
    sinks.push(
      makeGoogleSheets({
        baseUrl: env.GOOGLE_SHEETS_URL,
        spreadsheet: env.GOOGLE_SHEETS_SPREADSHEET,
        sheet: env.GOOGLE_SHEETS_SHEET,
        token: makeGoogleToken({ account, scope: sheetsScope, ask: askJson, nowMs }),
        ask: askJson,
      }),
    )
  }
  return sinks
}

function needed(env: SinksEnv, name: keyof SinksEnv, because: keyof SinksEnv): string {
  const value = env[name]
  if (!value) throw new CodedError('bad-config', `${because} needs ${name}`)
  return value
}

async function readServiceAccount(file: string): Promise<ServiceAccount> {
  try {
    return serviceAccountSchema.parse(JSON.parse(await readFile(file, 'utf8')))
  } catch (error) {
    // What the file holds is a secret: a problem with it names the field alone.
    const why = (error as NodeJS.ErrnoException).code ?? (error instanceof SyntaxError ? 'no JSON' : messageOf(error))
    throw new CodedError('bad-config', `GOOGLE_SHEETS_CREDENTIALS: not the key file of a service account: ${why}`)
  }
}
