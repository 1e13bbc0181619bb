#!/bin/sh
# Rolls a release out to a cluster and takes it back if it does not get well: make deploy ENV=prod
# Needs kubectl with a context that may change the namespace. Steps: what would change, backup, jobs, apply, watch, or back.
set -eu
env=${1:?usage: deploy/deploy.sh dev|qa|prod}
overlay=$(dirname "$0")/k8s/overlays/$env
[ -d "$overlay" ] || { echo "deploy: no overlay '$env' in deploy/k8s/overlays" >&2; exit 2; }
kubectl=${KUBECTL:-kubectl}
namespace=seine
services="scheduler fetcher exporter gateway"
checks=${DEPLOY_CHECKS:-20}            # health is asked for so many times,
pause_s=${DEPLOY_CHECK_PAUSE_S:-15}    # this far apart;
allowed=${DEPLOY_FAILURES:-3}          # so many failures in a row take the release back.
roll_timeout=${DEPLOY_ROLL_TIMEOUT:-600s}

say() { echo "deploy: $*" >&2; }

# What became of each release, newest last: kubectl -n seine get configmap deploys -o yaml
record() {
  at=$(date -u +%Y-%m-%dT%H:%M:%SZ)
  $kubectl -n $namespace create configmap deploys --dry-run=client -o yaml >/dev/null 2>&1 || return 0
  $kubectl -n $namespace get configmap deploys >/dev/null 2>&1 || $kubectl -n $namespace create configmap deploys >/dev/null
  $kubectl -n $namespace patch configmap deploys --type merge \
    -p "{\"data\":{\"$(date -u +%Y%m%d-%H%M%S)\":\"$at $env $1\"}}" >/dev/null
}

# Taken by the database's own tool in its pod; a managed database is backed up by whoever runs it.
backup() {
  pod=$($kubectl -n $namespace get pods -l app.kubernetes.io/name=postgres -o name 2>/dev/null | head -n 1)
  if [ -z "$pod" ]; then
    say "no database in this cluster: its backups are its provider's (docs/environments.md)"
    return 0
  fi
  mkdir -p backups
  file=backups/$env-$(date -u +%Y%m%d-%H%M%S).dump
  $kubectl -n $namespace exec "$pod" -- pg_dump -U seine -Fc seine >"$file.part"
  mv "$file.part" "$file"
  say "database backed up to $file"
}

healthy() {
  for service in $services; do
    $kubectl -n $namespace rollout status "deployment/$service" --timeout=5s >/dev/null 2>&1 || { say "$service is not ready"; return 1; }
  done
  $kubectl -n $namespace get --raw "/api/v1/namespaces/$namespace/services/gateway:http/proxy/health" 2>/dev/null |
    grep -q '"status":"healthy"' || { say "/health does not say healthy"; return 1; }
}

back() {
  say "$1: going back to the release before"
  for service in $services; do $kubectl -n $namespace rollout undo "deployment/$service" >&2 || true; done
  for service in $services; do
    $kubectl -n $namespace rollout status "deployment/$service" --timeout="$roll_timeout" >&2 || say "$service did not get well either"
  done
  record "rolled back: $1"
  exit 1
}

first=no
$kubectl get namespace $namespace >/dev/null 2>&1 || first=yes
if [ $first = no ]; then
  $kubectl diff -k "$overlay" >&2 || true
  backup
  # A job can't be changed: what ran for the release before makes room.
  $kubectl -n $namespace delete job provision migrate --ignore-not-found --wait >&2
fi
$kubectl apply -k "$overlay" >&2
$kubectl -n $namespace wait --for=condition=complete --timeout="$roll_timeout" job/provision job/migrate >&2 ||
  { [ $first = yes ] && exit 1; back "provisioning or migration failed"; }
for service in $services; do
  $kubectl -n $namespace rollout status "deployment/$service" --timeout="$roll_timeout" >&2 ||
    { [ $first = yes ] && exit 1; back "$service did not get ready"; }
done

failures=0 check=0
while [ $check -lt "$checks" ]; do
  if healthy; then failures=0; else failures=$((failures + 1)); fi
  [ $failures -lt "$allowed" ] || { [ $first = yes ] && exit 1; back "unhealthy $failures times in a row"; }
  check=$((check + 1))
  sleep "$pause_s"
done
record "deployed"
say "$env is well"
