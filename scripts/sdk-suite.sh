#!/usr/bin/env bash
# Runs the test suite of an SDK of Docker's, from a checkout of it, against Docker's own engine and
# against skepd, and prints what differs. Each engine has a network namespace and folders of its own, and
# a registry mirror on loopback with images made here under the names that the suites pull.
#
#   scripts/sdk-suite.sh PATH                     docker/docker-py or apocas/dockerode, both engines
#   scripts/sdk-suite.sh PATH --engine skep       only skepd, beside what an earlier run saw of Docker
#   scripts/sdk-suite.sh PATH --only EXPRESSION   the tests that pytest's -k or mocha's -g choose
#
# Nothing is fetched but Python packages from PyPI, into .cache/sdk-suite, and npm packages of dockerode.
# Logs of tests and daemons and the outcomes as JSON are in .cache/sdk-suite. Needs root. Ends with 1
# when fewer tests pass on skepd than on Docker.
set -euo pipefail
[ $# -ge 1 ] && [ -d "$1" ] || { sed -n '2,14s/^# \{0,1\}//p' "$0" >&2; exit 2; }
checkout=$(cd "$1" && pwd)
shift
cd "$(dirname "$0")/.."
bash scripts/setup.sh --bench --peer >&2

if [ -d "$checkout/tests/integration" ]; then
  suite=docker-py
  venv=.cache/sdk-suite/venv
  if [ ! -x $venv/bin/pytest ]; then
    echo "==> fetching what docker-py's tests need into $venv" >&2
    python3 -m venv $venv
    $venv/bin/pip -q install 'requests>=2.26' 'urllib3>=1.26' 'paramiko>=2.4.3' 'websocket-client>=1.3' pytest==7.4.2 pytest-timeout==2.1.0
  fi
  export SUITE_PYTHON=$PWD/$venv/bin/python
elif [ -f "$checkout/test/spec_helper.js" ]; then
  suite=dockerode
  [ -d "$checkout/node_modules/mocha" ] || (cd "$checkout" && npm install --no-fund --no-audit --loglevel=error >&2)
else
  echo "sdk-suite: $checkout is a checkout of neither docker-py nor dockerode" >&2
  exit 2
fi
exec node --import tsx test/sdk/main.ts $suite "$checkout" "$@"
