#!/bin/sh
# Installs the npm packages, and with them Node 24, where they are missing or package-lock.json has changed; then builds the
# dashboard where its sources have. Needs any Node with npm; does nothing, quickly, when all is there.
set -eu
cd "$(dirname "$0")/.."

stamp=node_modules/.seine-installed
build_dashboard() { node_modules/.bin/node services/gateway/dashboard/build.ts >&2; }

if [ -x node_modules/.bin/node ] && cmp -s package-lock.json "$stamp"; then
  build_dashboard
  exit 0
fi

if ! command -v node >/dev/null 2>&1 || ! command -v npm >/dev/null 2>&1; then
  echo "seine: Node and npm are missing: install them (https://nodejs.org, or apt install nodejs npm) and try again" >&2
  exit 1
fi

# Workspaces came with npm 7; the newest npm that an older Node runs has none. A Node and npm of the project's own install the rest.
if [ "$(node -p 'parseInt(process.versions.node)')" -lt 18 ]; then
  echo "seine: Node $(node -v) is too old to install with, fetching a newer one into .cache" >&2
  mkdir -p .cache/bootstrap
  [ -f .cache/bootstrap/package.json ] || echo '{"private":true}' >.cache/bootstrap/package.json
  (cd .cache/bootstrap && npm install --no-audit --no-fund --loglevel=error --no-package-lock node@24 npm@11 >npm.log 2>&1) || {
    tail -n 20 .cache/bootstrap/npm.log >&2
    echo "seine: npm could not fetch Node 24: install Node 18 or newer (https://nodejs.org) and try again" >&2
    exit 1
  }
  PATH="$PWD/.cache/bootstrap/node_modules/.bin:$PATH"
  export PATH
fi

echo "seine: installing packages" >&2
# Not `npm ci`: it refuses a lock file that lacks another platform's optional packages. What is locked is installed as locked.
npm install --no-save --no-audit --no-fund --loglevel=error >&2

# npm can be told to run no install scripts; this one puts the runtime in place.
if ! node_modules/.bin/node -v 2>/dev/null | grep -q '^v24'; then
  (cd node_modules/node && node installArchSpecificPackage.js) >&2
  ln -sf ../node/bin/node node_modules/.bin/node
fi
if ! node_modules/.bin/node -v | grep -q '^v24'; then
  echo "seine: npm installed no Node 24 (package \"node\"): check npm's messages above" >&2
  exit 1
fi
cp package-lock.json "$stamp"
build_dashboard
