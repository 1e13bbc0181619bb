import { envOptional, envString } from '@seine/runtime'

const address = { pattern: /^(https?:\/\/[^\s/]+)?$/, expected: 'http://host:port or https://host' }

/** Where else runs go. All off unless it is said where. */
export const sinksEnv = {
  /** A bucket that the files of each run are copied into. Absent: none. */
  SINK_S3_BUCKET: envOptional(),
  SINK_S3_ENDPOINT: envString({ default: '', ...address }),
  SINK_S3_ACCESS_KEY: envOptional(),
  SINK_S3_SECRET_KEY: envOptional(),
  SINK_S3_REGION: envOptional(),
  /** Goes before each path: `seine/`. */
  SINK_S3_PREFIX: envString({ default: '', pattern: /^([\w.=@+-]+\/)*$/, expected: 'a folder that ends with /' }),
  /** Id of a Google spreadsheet that gets a row for each site of each run. Absent: none. */
  GOOGLE_SHEETS_SPREADSHEET: envOptional(),
  /** Key file of a service account that may edit it. */
  GOOGLE_SHEETS_CREDENTIALS: envOptional(),
  /** The sheet's name; it has to be there. */
  GOOGLE_SHEETS_SHEET: envString({ default: 'Seine' }),
  GOOGLE_SHEETS_URL: envString({ default: 'https://sheets.googleapis.com', ...address }),
}
