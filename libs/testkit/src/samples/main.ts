import { parseArgs } from 'node:util'
import { type SampleWorld, startSampleSites } from './server.ts'

/** `node libs/testkit/src/samples/main.ts [--port n] [--generation n] [--world w]`: the sample sites until SIGINT or SIGTERM. */
const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '0' },
    generation: { type: 'string', default: '1' },
    world: { type: 'string', default: 'shops' },
  },
})
const samples = await startSampleSites({
  port: Number(values.port),
  generation: Number(values.generation),
  world: values.world as SampleWorld,
})
const { port, sites, hosts, fetcherEnv } = samples
const ready = { msg: 'ready', port, sites, hosts, ...fetcherEnv }
console.log(JSON.stringify(ready))
// Started by a test: told there too, and gone with it.
process.send?.(ready)
process.once('disconnect', () => void samples.stop())
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void samples.stop())
