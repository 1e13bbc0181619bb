# One image a service: docker build --target fetcher -t seine/fetcher .
# Targets: scheduler, fetcher, fetcher-browser, exporter, gateway, seine (the command line: provisioning, backups).
# Sources run as they are (type stripping), so an image is Node, the packages of one service, and the sources it imports.
ARG NODE_IMAGE=node:24-bookworm-slim

FROM ${NODE_IMAGE} AS node
WORKDIR /app

# What npm reads, alone: a change of sources does not install packages again.
FROM node AS manifests
COPY . .
RUN find . -type f ! -name package.json ! -name package-lock.json -delete && find . -type d -empty -delete

# Not `npm ci`: it refuses a lock file that lacks another platform's optional packages. What is locked is installed as locked.
FROM node AS installer
COPY --from=manifests /app ./
COPY deploy/docker/install.sh /usr/local/bin/install-packages

FROM installer AS scheduler-packages
RUN --mount=type=cache,target=/root/.npm install-packages services/scheduler
FROM installer AS fetcher-packages
RUN --mount=type=cache,target=/root/.npm install-packages services/fetcher
FROM installer AS exporter-packages
RUN --mount=type=cache,target=/root/.npm install-packages services/exporter
FROM installer AS gateway-packages
RUN --mount=type=cache,target=/root/.npm install-packages services/gateway
FROM installer AS seine-packages
RUN --mount=type=cache,target=/root/.npm install-packages cli

# What builds it stays behind.
FROM installer AS dashboard
RUN --mount=type=cache,target=/root/.npm npm install --workspace services/gateway/dashboard --no-save --no-audit --no-fund --loglevel=error
# The dashboard's settings build on the root's.
COPY tsconfig.json ./
COPY libs libs
COPY services/gateway/dashboard services/gateway/dashboard
RUN node services/gateway/dashboard/build.ts --force

# Node alone on what it needs: no npm, no shell scripts of the base, no package manager's lists.
FROM node AS runtime
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn*
# Heap limits: far above what any service holds; without them V8 takes what the machine has before it collects.
ENV NODE_ENV=production \
    NODE_OPTIONS="--max-old-space-size=192 --max-semi-space-size=8 --enable-source-maps" \
    NODE_COMPILE_CACHE=/tmp/compile-cache \
    HEALTH_HOST=0.0.0.0 \
    HEALTH_PORT=8081
# Where exports make their files; a volume mounted here takes over its owner.
RUN install -d -o 1000 -g 1000 /var/tmp/seine
COPY deploy/docker/healthy.mjs /usr/local/share/healthy.mjs
COPY package.json ./
COPY libs libs
USER 1000:1000
STOPSIGNAL SIGTERM

FROM runtime AS service
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s CMD ["node", "/usr/local/share/healthy.mjs"]

FROM service AS scheduler
COPY --from=scheduler-packages /app/node_modules node_modules
COPY services/scheduler services/scheduler
COPY config config
ENTRYPOINT ["node", "services/scheduler/src/main.ts"]

FROM service AS fetcher
COPY --from=fetcher-packages /app/node_modules node_modules
COPY services/fetcher services/fetcher
ENTRYPOINT ["node", "services/fetcher/src/main.ts"]

# tini takes up the processes that Chromium leaves behind.
FROM fetcher AS fetcher-browser
USER 0:0
RUN apt-get update -q && apt-get install -qy --no-install-recommends chromium-headless-shell tini fonts-liberation \
    && rm -rf /var/lib/apt/lists/*
USER 1000:1000
ENV FETCH_POOL=browser
ENTRYPOINT ["tini", "--", "node", "services/fetcher/src/main.ts"]

FROM service AS exporter
COPY --from=exporter-packages /app/node_modules node_modules
COPY services/exporter services/exporter
ENTRYPOINT ["node", "services/exporter/src/main.ts"]

FROM service AS gateway
COPY --from=gateway-packages /app/node_modules node_modules
COPY services/gateway services/gateway
COPY --from=dashboard /app/services/gateway/dashboard/dist services/gateway/dashboard/dist
ENV GATEWAY_HOST=0.0.0.0 GATEWAY_PORT=8080
EXPOSE 8080
ENTRYPOINT ["node", "services/gateway/src/main.ts"]

FROM runtime AS seine
COPY --from=seine-packages /app/node_modules node_modules
COPY cli cli
COPY config config
ENTRYPOINT ["node", "cli/src/main.ts"]
CMD ["provision"]
