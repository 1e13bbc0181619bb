import { parseArgs } from 'node:util'
import { startSampleSites } from './server.ts'

/** `node libs/testkit/src/samples/main.ts [--port n] [--generation n]`: the sample sites until SIGINT or SIGTERM. */
const { values } = parseArgs({
  options: { port: { type: 'string', default: '0' }, generation: { type: 'string', default: '1' } },
})
const samples = await startSampleSites({ port: Number(values.port), generation: Number(values.generation) })
console.log(JSON.stringify({ msg: 'ready', port: samples.port, sites: samples.sites, ...samples.fetcherEnv }))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void samples.stop())
