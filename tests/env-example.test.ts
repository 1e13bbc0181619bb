import { readFileSync } from 'node:fs'
import { readConfig } from '@seine/runtime'
import { describe, expect, it } from 'vitest'
import type { z } from 'zod'
import { configSchema as exporter } from '../services/exporter/src/config.ts'
import { configSchema as fetcher } from '../services/fetcher/src/config.ts'
import { gatewayEnv as gateway } from '../services/gateway/src/config.ts'
import { configSchema as scheduler } from '../services/scheduler/src/config.ts'

const schemas: Record<string, z.ZodObject> = { scheduler, fetcher, exporter, gateway }
const lines = readFileSync(new URL('../.env.example', import.meta.url), 'utf8').split('\n')
const named = new Set(lines.flatMap((line) => /^(?:# )?([A-Z][A-Z0-9_]*)=/.exec(line)?.[1] ?? []))
const values = Object.fromEntries(
  lines.flatMap((line) => {
    const match = /^([A-Z][A-Z0-9_]*)=([^#]*)/.exec(line)
    return match ? [[match[1]!, match[2]!.trim()]] : []
  }),
)

describe('.env.example', () => {
  it.each(Object.entries(schemas))('names every setting of the %s', (_name, schema) => {
    // PATH is the system's, not a setting.
    const missing = Object.keys(schema.shape).filter((name) => name !== 'PATH' && !named.has(name))
    expect(missing).toEqual([])
  })

  it('names nothing that no service reads', () => {
    const read = new Set(Object.values(schemas).flatMap((schema) => Object.keys(schema.shape)))
    expect([...named].filter((name) => !read.has(name))).toEqual([])
  })

  it.each(Object.entries(schemas))('shows the defaults of the %s', (_name, schema) => {
    const needed = { NATS_SERVERS: 'nats://127.0.0.1:4222', DATABASE_URL: 'postgres://u:p@127.0.0.1/seine' }
    expect(readConfig(schema, { ...needed, ...values })).toEqual(readConfig(schema, needed))
  })
})
