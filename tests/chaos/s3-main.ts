import { createRequire } from 'node:module'

/** The part of the package's server that is used; it has no types. */
interface S3rver {
  readonly middleware: ((context: Context, next: () => Promise<unknown>) => unknown)[]
  run(): Promise<unknown>
}
interface Context {
  readonly method: string
  readonly path: string
  status: number
}

/** An S3 server over a folder, with one bucket: `node s3-main.ts <address> <port> <folder> <bucket>`. */
const [address, port, directory, bucket] = process.argv.slice(2)
const Server = createRequire(import.meta.url)('@20minutes/s3rver') as new (options: object) => S3rver
const server = new Server({
  address,
  port: Number(port),
  directory,
  silent: true,
  configureBuckets: [{ name: bucket }],
})
// Whether the bucket is there is asked every few seconds, and the package reads every object's file to answer that.
server.middleware.unshift((context, next) => {
  if (context.method !== 'HEAD' || context.path.replace(/\/$/, '') !== `/${bucket}`) return next()
  context.status = 200
})
await server.run()
