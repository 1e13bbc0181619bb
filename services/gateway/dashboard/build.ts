import { createHash } from 'node:crypto'
import { globSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { brotliCompressSync, constants, gzipSync } from 'node:zlib'

/**
 * Builds the dashboard into `dist/` where its sources are not those of the last build, with compressed copies (.br, .gz)
 * beside what is sent often. `--force`: builds anyway.
 */
const here = import.meta.dirname
const root = join(here, '../../..')
const stamp = join(here, 'dist/.sources')

const sources = [
  ...globSync('{src/**/*.{ts,tsx,css},public/**/*,index.html,vite.config.ts,build.ts,package.json}', { cwd: here }).map(
    (path) => join(here, path),
  ),
  ...globSync('libs/{client,contracts}/src/**/*.ts', { cwd: root }).map((path) => join(root, path)),
]
  .filter((path) => !/\.test\.tsx?$/.test(path) && statSync(path).isFile())
  .sort()

const hash = createHash('sha256')
for (const path of sources)
  hash
    .update(`${relative(root, path)}\0`)
    .update(readFileSync(path))
    .update('\0')
const current = hash.digest('hex')

if (process.argv.includes('--force') || lastBuilt() !== current) {
  const { build } = await import('vite')
  await build({ root: here, configFile: join(here, 'vite.config.ts'), logLevel: 'warn' })
  const dist = join(here, 'dist')
  for (const name of globSync('**/*.{js,css,html,svg}', { cwd: dist })) {
    const text = readFileSync(join(dist, name))
    writeFileSync(
      join(dist, `${name}.br`),
      brotliCompressSync(text, { params: { [constants.BROTLI_PARAM_QUALITY]: 9 } }),
    )
    writeFileSync(join(dist, `${name}.gz`), gzipSync(text, { level: 9 }))
  }
  writeFileSync(stamp, current)
}

function lastBuilt(): string | null {
  try {
    return readFileSync(stamp, 'utf8')
  } catch {
    return null
  }
}
