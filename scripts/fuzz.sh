#!/usr/bin/env bash
# Runs every fuzz test a number of times, one after the other.
#
#   scripts/fuzz.sh COUNT     such as 20000x
#
# A time such as 30s works too, but up to Go 1.26 a run that ends by time can
# report "context deadline exceeded" although nothing was found (golang/go#75804).
set -euo pipefail
cd "$(dirname "$0")/.."

count=${1:?want a count, such as 20000x}
# Found in the source, because asking go test would compile every package.
grep -rEo --include='*_test.go' --exclude-dir='.[!.]*' '^func Fuzz[A-Za-z0-9_]+\(' . | sort |
	while IFS=: read -r file declaration; do
		name=${declaration#func }
		name=${name%(}
		echo "fuzz $(dirname "$file") $name $count"
		# It must not read the list that the loop reads.
		go test -run '^$' -fuzz "^$name\$" -fuzztime "$count" "$(dirname "$file")" </dev/null
	done
