#!/usr/bin/env bash
# `npm run bench`: sets up what is missing, then measures and prints a table and JSON (also in .cache/bench.json).
#   npm run bench                                       every bench
#   npm run bench -- run service memory network raft    only these
#   npm run bench -- --peer docker                      beside the distribution's Docker, with the ratios
#   npm run bench -- build pull --peer buildah          beside buildah, where it is installed
#   npm run bench -- run --peer podman                  beside podman, where it is installed
#   npm run bench -- --scale 0.2                        fewer repetitions, for a quick look
set -euo pipefail
cd "$(dirname "$0")/.."
# The peer's engine is installed only where it is measured.
setup=(--bench)
case " $* " in *" --peer docker "*|*" --peer=docker "*) setup+=(--peer) ;; esac
bash scripts/setup.sh "${setup[@]}" >&2
exec node --expose-gc --import tsx test/bench/main.ts "$@"
