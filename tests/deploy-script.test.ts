import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { text } from 'node:stream/consumers'
import { afterEach, beforeEach, expect, test } from 'vitest'

/** What deploy.sh decides, with a stand-in for kubectl: there is no cluster here. It writes down what it was asked to do. */
const script = resolve(import.meta.dirname, '../deploy/deploy.sh')
let folder: string

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'seine-deploy-'))
})
afterEach(() => rm(folder, { recursive: true }))

async function deploy(cluster: { isNew?: boolean; ready?: string[]; health?: string }, env = 'dev') {
  const { isNew = false, ready = ['scheduler', 'fetcher', 'exporter', 'gateway'], health = 'healthy' } = cluster
  const kubectl = join(folder, 'kubectl')
  await writeFile(
    kubectl,
    `#!/bin/sh
echo "$*" >>${folder}/asked
case "$*" in
  "get namespace"*) exit ${isNew ? 1 : 0} ;;
  *"get pods"*postgres*) echo pod/postgres-0 ;;
  *pg_dump*) echo dump ;;
  *"rollout status"*) case "$*" in ${ready.map((name) => `*deployment/${name}*`).join('|') || 'none'}) exit 0 ;; *) exit 1 ;; esac ;;
  *"get --raw"*) echo '{"status":"${health}"}' ;;
esac
`,
  )
  await chmod(kubectl, 0o755)
  const child = spawn('sh', [script, env], {
    cwd: folder,
    env: { PATH: process.env.PATH, KUBECTL: kubectl, DEPLOY_CHECKS: '4', DEPLOY_CHECK_PAUSE_S: '0' },
  })
  const [said] = await Promise.all([text(child.stderr), once(child, 'close')])
  const asked = (await readFile(join(folder, 'asked'), 'utf8').catch(() => '')).trim().split('\n')
  return {
    code: child.exitCode,
    said,
    asked,
    did: (part: string) => asked.filter((line) => line.includes(part)).length,
  }
}

test('a release that gets well is backed up before, watched after, and written down', async () => {
  const { code, said, asked, did } = await deploy({})
  expect(code, said).toBe(0)
  const order = ['pg_dump', 'delete job', 'apply -k', 'wait --for=condition=complete'].map((part) =>
    asked.findIndex((line) => line.includes(part)),
  )
  expect(order).toEqual(order.toSorted((a, b) => a - b))
  expect(did('get --raw')).toBe(4)
  expect(did('rollout undo')).toBe(0)
  expect(asked.at(-1)).toContain('deployed')
})

test('a release that is not healthy three times in a row is taken back, all of it, and the record says why', async () => {
  const { code, said, asked, did } = await deploy({ health: 'degraded' })
  expect(code).toBe(1)
  expect(said).toContain('unhealthy 3 times in a row: going back')
  expect(did('rollout undo')).toBe(4)
  expect(asked.at(-1)).toContain('rolled back: unhealthy 3 times in a row')
})

test('a service that does not get ready takes the release back at once', async () => {
  const { code, said, did } = await deploy({ ready: ['scheduler', 'exporter', 'gateway'] })
  expect(code).toBe(1)
  expect(said).toContain('fetcher did not get ready')
  expect(did('rollout undo')).toBe(4)
  expect(did('get --raw')).toBe(0)
})

test('a first installation has nothing to back up and nothing to go back to', async () => {
  expect(await deploy({ isNew: true })).toMatchObject({ code: 0 })
  const failed = await deploy({ isNew: true, ready: [] })
  expect(failed.code).toBe(1)
  expect(failed.did('rollout undo') + failed.did('pg_dump')).toBe(0)
})

test('an environment that there is not is said so, and nothing is done', async () => {
  const { code, said, asked } = await deploy({}, 'staging')
  expect({ code, asked }).toEqual({ code: 2, asked: [''] })
  expect(said).toContain("no overlay 'staging'")
})
