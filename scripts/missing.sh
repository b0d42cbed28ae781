#!/bin/sh
# Writes which functions of signatures/functions.tsv other releases of PostgreSQL
# lack into signatures/missing.tsv. To be run against a server of each release
# that is supported, but 15: scripts/missing.sh postgres://... postgres://...
set -eu
to=$(dirname "$0")/../projections/expressions/signatures
trap 'rm -f "$to/missing.new"' EXIT
for url in "$@"; do
	version=$(psql -X -At -c "SELECT current_setting('server_version_num')::int / 10000" "$url")
	# A function with defaults stands for those with fewer arguments, too.
	psql -X -q -At -v ON_ERROR_STOP=1 -c "
	  SELECT p.proname || '(' || coalesce((SELECT string_agg(t.typname, ',' ORDER BY a.n) FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(oid, n)
	    JOIN pg_type t ON t.oid = a.oid WHERE a.n <= p.pronargs - fewer), '') || ')' || chr(9) || (SELECT typname FROM pg_type t WHERE t.oid = p.prorettype)
	  FROM pg_proc p, generate_series(0, p.pronargdefaults) fewer WHERE p.pronamespace = 'pg_catalog'::regnamespace" "$url" |
		awk -F '\t' -v OFS='\t' -v version="$version" '
			NR == FNR { has[$1, $2] = 1; next }
			!(($2 "(" $3 ")", $4) in has) { print version, $2 "(" $3 ")" }' - "$to/functions.tsv"
done > "$to/missing.new"
mv "$to/missing.new" "$to/missing.tsv"
