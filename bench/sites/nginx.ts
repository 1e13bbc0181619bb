import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'

const startTimeoutMs = 10_000
const stopTimeoutMs = 5_000

export type StaticSite = {
  host: string
  port: number
  /** The pages. */
  root: string
  /** robots.txt and sitemaps. */
  extras: string
  accessLog: string
}

/** Fields of a line of an access log, tab-separated: Unix time in seconds with milliseconds, Host header, request URI, status, bytes. */
export const accessLogFields = ['timeS', 'host', 'uri', 'status', 'bytes'] as const

/** A TCP port of the loopback interface that was free a moment ago. */
export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  server.close()
  await once(server, 'close')
  if (address === null || typeof address === 'string') throw new Error('no port')
  return address.port
}

/** Runs nginx in the foreground on loopback, everything it writes in `folder`. Rejects with its error log where it doesn't start. */
export async function startNginx(folder: string, sites: readonly StaticSite[]): Promise<{ stop(): Promise<void> }> {
  mkdirSync(`${folder}/tmp`, { recursive: true })
  writeFileSync(`${folder}/nginx.conf`, configuration(folder, sites))
  const errorLog = `${folder}/error.log`
  const child = spawn('/usr/sbin/nginx', ['-p', folder, '-c', `${folder}/nginx.conf`, '-e', errorLog], {
    stdio: 'ignore',
  })
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message))
    child.once('exit', (code, signal) => resolve(`nginx exited (${code ?? signal})`))
  })
  const failed = await Promise.race([exited, ...sites.map(({ port }) => untilAnswers(port))])
  if (failed !== undefined) throw new Error(`${failed}\n${logged(errorLog)}`)
  await Promise.all(sites.map(({ port }) => untilAnswers(port)))
  const onExit = () => child.kill()
  process.once('exit', onExit)
  return {
    async stop() {
      process.off('exit', onExit)
      await stopNginx(child, exited)
    },
  }
}

async function stopNginx(child: ChildProcess, exited: Promise<string>): Promise<void> {
  child.kill('SIGQUIT')
  const late = await Promise.race([exited, sleep(stopTimeoutMs)])
  if (late === undefined) child.kill('SIGTERM')
  await exited
}

async function untilAnswers(port: number): Promise<undefined> {
  const untilMs = Date.now() + startTimeoutMs
  for (;;) {
    const socket = connect(port, '127.0.0.1')
    try {
      await once(socket, 'connect')
      return
    } catch (error) {
      if (Date.now() > untilMs) throw error
      await sleep(20)
    } finally {
      socket.destroy()
    }
  }
}

function logged(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return 'it logged nothing'
  }
}

function configuration(folder: string, sites: readonly StaticSite[]): string {
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
  const user = process.getuid?.() === 0 ? 'user root;' : ''
  return `
${user}
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
events { worker_connections 2048; }
http {
  include /etc/nginx/mime.types;
  default_type application/octet-stream;
  log_format bench '$msec\\t$http_host\\t$request_uri\\t$status\\t$body_bytes_sent';
  gzip off;
  sendfile on;
  tcp_nopush on;
  keepalive_requests 1000000;
  open_file_cache max=20000 inactive=60s;
  open_file_cache_valid 60s;
  absolute_redirect off;
  disable_symlinks on from=$document_root;
  ${temporary.map((name) => `${name}_temp_path ${folder}/tmp/${name};`).join('\n  ')}
${sites.map(server).join('')}
}
`
}

/** One file, one URL: other spellings (index.html, a query) redirect to it. `$request_uri`, because `$uri` is rewritten inside. */
function server({ host, port, root, extras, accessLog }: StaticSite): string {
  return `
  server {
    listen 127.0.0.1:${port};
    server_name ${host};
    root ${root};
    index index.html;
    default_type text/html;
    access_log ${accessLog} bench;
    if ($request_uri ~ "^([^?]*)\\?") { return 301 $1; }
    if ($request_uri ~ "^(.*/)index\\.html$") { return 301 $1; }
    location = /robots.txt { root ${extras}; }
    location ~ "^/sitemap(-\\d+)?\\.xml(\\.gz)?$" { root ${extras}; }
  }`
}
