import { request } from 'node:http'

const probeTimeoutMs = 500

/**
 * Whether a container runtime answers on its socket; then tests take their servers from images, as testcontainers
 * finds the same socket. Asked once a process.
 */
export function containerRuntimeAnswers(dockerHost = process.env.DOCKER_HOST): Promise<boolean> {
  answer ??= ping(dockerHost ?? 'unix:///var/run/docker.sock')
  return answer
}

let answer: Promise<boolean> | undefined

function ping(dockerHost: string): Promise<boolean> {
  const url = new URL(dockerHost)
  const address =
    url.protocol === 'unix:' ? { socketPath: url.pathname } : { host: url.hostname, port: url.port || '2375' }
  return new Promise((resolve) => {
    const asked = request({ ...address, path: '/_ping', timeout: probeTimeoutMs }, (response) => {
      response.resume()
      resolve(response.statusCode === 200)
    })
    asked.once('timeout', () => asked.destroy())
    asked.once('error', () => resolve(false))
    asked.end()
  })
}
