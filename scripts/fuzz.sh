#!/usr/bin/env bash
# Runs every fuzz test for a while, one after the other.
#
#   scripts/fuzz.sh TIME      such as 30s
set -euo pipefail
cd "$(dirname "$0")/.."

time=${1:?want a time, such as 30s}
# Found in the source, because asking go test would compile every package.
find . -name '*_test.go' -not -path './.*/*' -exec grep -Eo '^func Fuzz[A-Za-z0-9_]+\(' {} /dev/null + |
	sort | while IFS=: read -r file declaration; do
	name=${declaration#func }
	name=${name%(}
	echo "fuzz $(dirname "$file") $name for $time"
	# From the file itself, so that go test does not read the list.
	go test -run '^$' -fuzz "^$name\$" -fuzztime "$time" "$(dirname "$file")" </dev/null
done
