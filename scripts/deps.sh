#!/usr/bin/env bash
# Installs what building and testing need and what is missing, with apt where
# that is allowed; elsewhere it says exactly what to install. Installs nothing,
# and asks nobody, when everything is there.
set -euo pipefail
cd "$(dirname "$0")/.."
export PATH="$PATH:/usr/local/go/bin"

has() { command -v "$1" >/dev/null 2>&1; }

has_postgres() {
	[ -x "${MATERIALIZER_PG_BIN:-}/initdb" ] && return 0
	for bin in /usr/lib/postgresql/*/bin .cache/postgres/*/bin; do
		[ -x "$bin/initdb" ] && [ -x "$bin/postgres" ] && return 0
	done
	has initdb && has postgres
}

# Any go since 1.21 fetches the version that go.mod asks for by itself.
has_go() {
	has go || return 1
	local version major minor
	version=$(go env GOVERSION 2>/dev/null) || return 1
	IFS=. read -r major minor _ <<<"${version#go}"
	minor=${minor%%[!0-9]*}
	[ "$major" -gt 1 ] || { [ "$major" -eq 1 ] && [ "${minor:-0}" -ge 26 ]; }
}

has_compiler() { has gcc || has clang || has cc; }

missing() {
	has_go || echo golang-go
	has_postgres || echo postgresql
	has "${MATERIALIZER_REDIS_SERVER:-redis-server}" || echo redis-server
	has_compiler || printf '%s\n' gcc libc6-dev # the race detector needs it
	has make || echo make
}

packages=$(missing | tr '\n' ' ')
[ -n "$packages" ] || exit 0

as_root=
if [ "$(id -u)" -ne 0 ]; then
	as_root="sudo -n"
fi
if has apt-get && { [ -z "$as_root" ] || { has sudo && sudo -n true 2>/dev/null; }; }; then
	echo "installing with apt-get: $packages"
	$as_root apt-get update -qq
	# shellcheck disable=SC2086 # words, on purpose
	$as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $packages
fi

still=$(missing)
[ -n "$still" ] || exit 0
{
	echo "Missing, and not installed by this script. Please install:"
	for package in $still; do
		case $package in
		golang-go) echo "  - Go 1.26 or later: https://go.dev/doc/install (found: $(go version 2>/dev/null || echo none))" ;;
		postgresql) echo "  - PostgreSQL 14 or later, the server programs initdb and postgres (package postgresql or postgresql-server)," \
			"or set MATERIALIZER_PG_BIN to their directory" ;;
		redis-server) echo "  - redis-server 6.2 or later (package redis-server or redis), or set MATERIALIZER_REDIS_SERVER to the program" ;;
		gcc) echo "  - a C compiler (package gcc or clang)" ;;
		libc6-dev) echo "  - the headers of the C library (package libc6-dev, glibc-devel or musl-dev)" ;;
		make) echo "  - make" ;;
		esac
	done
	if has apt-get; then
		echo "On this system: sudo apt-get install $(echo $still)"
	fi
} >&2
exit 1
