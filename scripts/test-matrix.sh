#!/usr/bin/env bash
# Runs the tests that use a server on every supported PostgreSQL release: among them
# the proofs of expressions, functions, aggregates and values, and the whole
# service from end to end. What releases are known to answer otherwise is in
# internal/proof/differences.go. A release takes five to ten minutes. The
# programs are fetched into .cache/postgres, which needs npm, and stay there.
#
#   scripts/test-matrix.sh [MAJOR...]      all of them by default
set -euo pipefail
cd "$(dirname "$0")/.."

declare -A version=(
	[14]=14.23.0-beta.17
	[15]=15.18.0-beta.17
	[16]=16.14.0-beta.17
	[17]=17.10.0-beta.17
	[18]=18.4.0-beta.17
)

# Packages whose tests start PostgreSQL; of the servers some start Redis only.
packages=$(find . -name '*_test.go' -not -path './.*/*' \
	-exec grep -lE 'servertest\.(Database|Postgres|PostgresWith|Cluster)\(|\b(StartPostgres|Database)\(t' {} + |
	xargs -n 1 dirname | sort -u)

[ $# -gt 0 ] || set -- 14 15 16 17 18
failed=()
for major in "$@"; do
	[ -n "${version[$major]:-}" ] || {
		echo "no version of PostgreSQL $major is known here" >&2
		exit 2
	}
	bin=$(scripts/fetch-postgres.sh "${version[$major]}")
	echo "== $("$bin/postgres" --version)"
	# shellcheck disable=SC2086 # words, on purpose
	MATERIALIZER_PG_BIN=$bin go test -p 2 -parallel 4 -timeout 15m $packages || failed+=("$major")
done

if [ ${#failed[@]} -gt 0 ]; then
	echo "failed on PostgreSQL ${failed[*]}" >&2
	exit 1
fi
echo "passed on every release"
