#!/usr/bin/env bash
# `npm run demo`: a swarm of three hosts on this machine, a service on a network, a rolling update.
#   npm run demo                set up what is missing, start the demo, leave it running
#   npm run demo -- env h1      print how to point skep or docker at one of its hosts
#   npm run demo -- down        take everything down again
set -euo pipefail
cd "$(dirname "$0")/.."
case "${1:-up}" in
  up|down|env) ;;
  *) echo "usage: npm run demo [-- up | env HOST | down]" >&2; exit 2 ;;
esac
[ "$(id -u)" = 0 ] || { echo "demo: run it as root: it makes network namespaces and containers" >&2; exit 1; }
[ "${1:-up}" != up ] || bash scripts/setup.sh --demo
exec node --import tsx examples/demo/demo.ts "${@:-up}"
