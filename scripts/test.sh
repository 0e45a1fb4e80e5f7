#!/usr/bin/env bash
# `npm test`: sets up what is missing, then types, lint and every suite. Ends with one line of counts.
#   npm test                    everything
#   npm test -- unit kernel     only these suites: types lint unit sim kernel conformance e2e
set -uo pipefail
cd "$(dirname "$0")/.."
bash scripts/setup.sh --test || exit 1
exec node scripts/run-suites.mjs "$@"
