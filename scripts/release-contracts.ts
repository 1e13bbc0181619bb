import { writeFileSync } from 'node:fs'
import { version } from '@seine/runtime'
import { wireShapes } from '../libs/contracts/src/compatibility.ts'

/** Keeps what this release says and hears: node scripts/release-contracts.ts, once a release. */
const file = new URL(`../libs/contracts/released/${version}.json`, import.meta.url)
// A line each, so that a difference shows which it is.
const lines = Object.entries(wireShapes()).map(([name, shape]) => `${JSON.stringify(name)}: ${JSON.stringify(shape)}`)
writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`)
