#!/bin/sh
# Writes what PostgreSQL's own catalog says of functions, operators, casts and
# types into projections/expressions/signatures/*.tsv. To be run against a
# freshly made cluster: scripts/signatures.sh postgres://...
set -eu
url=$1
to=$(dirname "$0")/../projections/expressions/signatures
copy() { psql -X -q -v ON_ERROR_STOP=1 -c "COPY ($2) TO STDOUT" "$url" > "$to/$1.tsv"; }

arguments="(SELECT coalesce(string_agg(t.typname, ',' ORDER BY a.n), '') FROM unnest(p.proargtypes::oid[]) WITH ORDINALITY a(oid, n) JOIN pg_type t ON t.oid = a.oid)"
plain="p.pronamespace = 'pg_catalog'::regnamespace AND p.prokind IN ('f', 'a')
   AND NOT EXISTS (SELECT FROM unnest(p.proargtypes::oid[] || p.prorettype) a JOIN pg_type t ON t.oid = a
     WHERE t.typname ~ '^(internal|cstring|trigger|event_trigger|.*_handler|void|reg.*|pg_ddl_command|pg_node_tree|anynonarray_internal)\$')"

# oid, name, arguments, result, volatility, strict, variadic, set, kind, defaults
copy functions "SELECT p.oid, p.proname, $arguments, r.typname, p.provolatile, p.proisstrict, p.provariadic <> 0, p.proretset, p.prokind, p.pronargdefaults
  FROM pg_proc p JOIN pg_type r ON r.oid = p.prorettype WHERE $plain ORDER BY p.proname, 3"
# name, left, right, result, oid of the function
copy operators "SELECT o.oprname, coalesce(l.typname, ''), r.typname, t.typname, o.oprcode::oid
  FROM pg_operator o LEFT JOIN pg_type l ON l.oid = o.oprleft JOIN pg_type r ON r.oid = o.oprright JOIN pg_type t ON t.oid = o.oprresult
  WHERE o.oprnamespace = 'pg_catalog'::regnamespace AND o.oprcode <> 0 ORDER BY 1, 2, 3"
# source, target, context (e explicit, a assignment, i implicit), method (f function, b binary, i text), oid of the function
copy casts "SELECT s.typname, t.typname, c.castcontext, c.castmethod, c.castfunc::oid
  FROM pg_cast c JOIN pg_type s ON s.oid = c.castsource JOIN pg_type t ON t.oid = c.casttarget
  WHERE c.oid < 16384 ORDER BY 1, 2"
# oid, name, kind, category, preferred, element, array, relation of ranges to subtypes
copy types "SELECT t.oid, t.typname, t.typtype, t.typcategory, t.typispreferred, coalesce(e.typname, ''), coalesce(a.typname, ''),
    coalesce((SELECT s.typname FROM pg_range r JOIN pg_type s ON s.oid = r.rngsubtype WHERE r.rngtypid = t.oid),
             (SELECT s.typname FROM pg_range r JOIN pg_type s ON s.oid = r.rngtypid WHERE r.rngmultitypid = t.oid), '')
  FROM pg_type t LEFT JOIN pg_type e ON e.oid = t.typelem AND t.typsubscript = 'array_subscript_handler'::regproc LEFT JOIN pg_type a ON a.oid = t.typarray
  WHERE t.typnamespace = 'pg_catalog'::regnamespace AND t.typtype IN ('b', 'p', 'r', 'm') AND t.typrelid = 0
    AND NOT (t.typelem <> 0 AND EXISTS (SELECT FROM pg_class c JOIN pg_type ct ON ct.oid = c.reltype WHERE ct.oid = t.typelem)) ORDER BY t.oid"
