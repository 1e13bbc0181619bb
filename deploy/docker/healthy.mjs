// Whether the service in this container is ready: for images' HEALTHCHECK.
const { HEALTH_PORT } = process.env
const answer = await fetch(`http://127.0.0.1:${HEALTH_PORT}/readyz`, { signal: AbortSignal.timeout(4_000) })
process.exit(answer.ok ? 0 : 1)
