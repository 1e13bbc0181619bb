#!/bin/sh
# Installs what one workspace needs to run, links to the libs it imports included: install-packages services/fetcher
set -eu
# Workspaces that are there are installed whether needed or not.
[ "$1" = cli ] || rm -rf cli libs/stack libs/client
npm install --workspace "$1" --omit=dev --omit=optional --no-save --no-audit --no-fund --loglevel=error
