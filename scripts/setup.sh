#!/usr/bin/env bash
# Installs what skep needs on this machine and builds it. Safe to run again: it does only what is missing.
#
#   scripts/setup.sh            what skepd itself needs, the npm packages, the build
#   scripts/setup.sh --demo     also what the demo needs
#   scripts/setup.sh --test     also what the tests need
#   scripts/setup.sh --bench    also what the benchmarks need: iperf3 and wrk
#   scripts/setup.sh --peer     also Debian's Docker engine, which the benchmarks are run beside
#
# It installs Debian or Ubuntu packages with apt-get, runs `npm ci`, and builds dist/. It changes no
# configuration of the machine and starts no service. On another distribution it names the packages to
# install and stops when a program is missing.
set -euo pipefail
cd "$(dirname "$0")/.."

say() { printf '==> %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

with_demo=0
with_test=0
with_bench=0
with_peer=0
for arg in "$@"; do
  case "$arg" in
    --demo) with_demo=1 ;;
    --test) with_demo=1; with_test=1 ;;
    --bench) with_demo=1; with_test=1; with_bench=1 ;;
    --peer) with_peer=1 ;;
    *) fail "unknown option '$arg' (known: --demo, --test, --bench, --peer)" ;;
  esac
done

node -e 'const [a,b]=process.versions.node.split(".").map(Number); process.exit(a>20||(a===20&&b>=19)?0:1)' ||
  fail "Node.js 20.19 or later is needed; this is $(node --version)"

# program or file -> Debian package
missing=()
need() { # need PACKAGE PROBE...: the probe is a program's name or a path pattern
  local package=$1 probe
  shift
  for probe in "$@"; do
    case "$probe" in
      /*) compgen -G "$probe" >/dev/null && return 0 ;;
      *) command -v "$probe" >/dev/null 2>&1 && return 0 ;;
    esac
  done
  missing+=("$package")
}
need crun crun
need conmon conmon /usr/libexec/podman/conmon
need iproute2 ip
need nftables nft
need libnftables1 '/usr/lib/*/libnftables.so.1' '/usr/lib64/libnftables.so.1' '/usr/lib/libnftables.so.1'
need procps ps
# Encrypted overlay networks, on kernels without WireGuard; elsewhere the kernel's own is as good.
if command -v apt-get >/dev/null 2>&1; then need wireguard-go wireguard-go; fi
if [ $with_demo = 1 ]; then
  need busybox busybox
  need util-linux nsenter
fi
if [ $with_test = 1 ]; then
  need curl curl
  need docker-compose docker-compose
  need docker-registry docker-registry
  need python3-docker '/usr/lib/python3/dist-packages/docker/__init__.py'
  need openssl openssl
  need nginx nginx /usr/sbin/nginx
  need postgresql '/usr/lib/postgresql/*/bin/postgres'
  need redis-server redis-server
  need git git
  need openssh-client ssh-agent
fi
if [ $with_bench = 1 ]; then
  need iperf3 iperf3
  need wrk wrk
fi
if [ $with_peer = 1 ]; then
  need docker.io dockerd
  need iptables iptables
fi

if [ ${#missing[@]} -gt 0 ]; then
  if command -v apt-get >/dev/null 2>&1; then
    [ "$(id -u)" = 0 ] || fail "root is needed to install: apt-get install ${missing[*]}"
    say "installing with apt-get: ${missing[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # Packages that bring a service of their own (docker.io) must not start it here.
    policy=/usr/sbin/policy-rc.d
    made_policy=0
    if [ ! -e $policy ]; then printf '#!/bin/sh\nexit 101\n' >$policy && chmod +x $policy && made_policy=1; fi
    trap '[ $made_policy = 0 ] || rm -f $policy' EXIT
    apt-get update -qq
    apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
    [ $made_policy = 0 ] || rm -f $policy
    made_policy=0
  else
    fail "missing: ${missing[*]} (Debian's names). Install them and run this again.
What skepd needs, with busybox and util-linux for the demo:
  Fedora, RHEL:  dnf install crun conmon iproute nftables nftables-libs procps-ng busybox util-linux
  openSUSE:      zypper install crun conmon iproute2 nftables libnftables1 procps busybox util-linux
  Arch:          pacman -S crun conmon iproute2 nftables procps-ng busybox util-linux
  Alpine:        apk add crun conmon iproute2 nftables procps busybox util-linux bash coreutils gcompat
What the tests need too: curl, git, the OpenSSH client, openssl, nginx, PostgreSQL's and redis' servers, the registry of
the distribution project (docker-registry), docker-compose and the Python package docker. Encrypted networks use the
kernel's WireGuard; only kernels without it need the program wireguard-go."
  fi
fi

# The docker client for the tests that drive skepd with it. Only the program is taken out of Debian's
# package: the engine that the package also holds is neither installed nor started.
if [ $with_test = 1 ] && ! command -v docker >/dev/null 2>&1 && [ ! -x .cache/docker/usr/bin/docker ]; then
  if command -v apt-get >/dev/null 2>&1; then
    say "fetching the docker client into .cache/docker"
    mkdir -p .cache/docker
    package=docker.io
    apt-cache show docker-cli >/dev/null 2>&1 && package=docker-cli
    (cd .cache && rm -f ./docker*.deb && { apt-get download -qq "$package" || { apt-get update -qq && apt-get download -qq "$package"; }; } && dpkg-deb -x ./docker*.deb docker && rm -f ./docker*.deb)
  else
    fail "missing: the docker client program, which the tests drive skepd with"
  fi
fi

# Compilers, linters and what tests drive skepd with are two thirds of the packages: for the tests only.
tools=$with_test
if [ ! -e node_modules/.package-lock.json ] || ! cmp -s package-lock.json .cache/package-lock.installed 2>/dev/null || { [ $tools = 1 ] && [ -e .cache/npm-without-tools ]; }; then
  say "installing npm packages"
  mkdir -p .cache
  rm -f .cache/package-lock.installed
  omit=()
  [ $tools = 1 ] || omit=(--omit=dev)
  npm ci --no-fund --no-audit --loglevel=error ${omit[@]+"${omit[@]}"}
  if [ $tools = 1 ]; then rm -f .cache/npm-without-tools; else touch .cache/npm-without-tools; fi
  cp package-lock.json .cache/package-lock.installed
fi

# Built again whenever a source is newer than the bundle.
if [ ! -x dist/skepd ] || [ ! -x dist/skep ] || [ -n "$(find src agent manager scripts/build.mjs scripts/fast-start.mjs package-lock.json -newer dist/skepd -print -quit)" ]; then
  say "building dist/skep and dist/skepd"
  node scripts/build.mjs
fi
