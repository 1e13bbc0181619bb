import { createRequire } from 'node:module'

/** An S3 server over a folder, with one bucket: `node s3-main.ts <address> <port> <folder> <bucket>`. */
const [address, port, directory, bucket] = process.argv.slice(2)
const S3rver = createRequire(import.meta.url)('@20minutes/s3rver') as new (
  options: object,
) => { run(): Promise<unknown> }
await new S3rver({ address, port: Number(port), directory, silent: true, configureBuckets: [{ name: bucket }] }).run()
