package proof

import (
	"regexp"
	"strings"
	"testing"

	"materializer/internal/servers/servertest"
	"materializer/projections/expressions/function"
)

// difference is a call that some releases of PostgreSQL answer otherwise than
// the evaluator, though that follows the release. docs/decisions/0006-versions.md has the reasons.
type difference struct {
	from, to  int    // releases
	sql       string // a pattern of the call
	got, want string // what the answers begin with, "" for any
}

// The differences that are known.
var differences = []difference{
	// PostgreSQL 14 has another lexer for the numbers of jsonpath.
	{14, 14, `jsonpath`, "", ""},
	// The type "char" shows bytes as they are, and belongs to another category.
	{14, 14, `"char"|::char$|"chr"\(`, "", ""},
	// Sizes end with TB.
	{14, 14, `pg_size_`, "", ""},
	// A scale is neither negative nor above the precision, and intervals have narrower limits.
	{14, 14, `"numeric"\(.*"int4"\)|interval`, "", "!"},
	{14, 14, `-2147483648 days ago`, "!22015", "="},
	// Fractions of microseconds, and of times without colons, are rounded otherwise.
	{14, 14, `'1.5 microseconds'|'PT123456.7'`, "=", "="},
	// A scale beyond what there is, in a typmod that no declaration gives.
	{14, 14, `"numeric"\(.*'1662457133'`, "=", "="},
	// A point needs digits behind it.
	{14, 14, `\..*::pg_catalog."(date|time|timetz|timestamp|timestamptz)"$`, "=", "!22007"},
	// Keywords of zones in to_char are in upper case.
	{14, 14, `"to_char"\(.*tzh tzm of`, "=", "="},
	// Empty dimensions, and bounds that are no numbers.
	{17, 18, `\{(\s*\{\s*\}\s*,?)+\}|\[[-0-9]*-[-0-9]*:|\[-:`, "", ""},
	// Zones are read by to_date and to_timestamp, and centuries have limits.
	{17, 18, `^to_(date|timestamp)\(.*(TZ|OF)`, "!0A000", ""},
	{17, 18, `^to_(date|timestamp)\(.*CC`, "=", "!22008"},
	// Roman numerals are read by to_number.
	{18, 18, `(?i)^to_number\(.*RN`, "!0A000", ""},
	// The zero with the greatest exponent there is.
	{16, 18, `0e1073741823`, "!22003", "=0"},
	// How deep JSON may be nested depends on the stack.
	{14, 18, `\[{50}`, "!54001", ""},
	// 15.20 checks some limits that 15.18 and its contemporaries do not.
	{14, 18, `to_char\(.*::int4, .*V`, "!22003", "="},
	{14, 16, `jsonb_path_(exists|match)_opr`, "!42704", ""},
	{14, 18, `"right"\(.*-2147483648`, "=", "="},
}

// Same tells whether our answer is PostgreSQL's, on the release that the test runs
// on. PostgreSQL 15 must say just the same. Of an error on other releases the
// SQLSTATE may be another one.
func Same(t testing.TB, sql, got, want string) bool {
	release := servertest.Cluster(t).Version
	switch {
	case got == want:
		return true
	case release != function.Proven && strings.HasPrefix(got, "!") && strings.HasPrefix(want, "!"):
		return true
	}
	for _, d := range differences {
		if release != function.Proven && d.from <= release && release <= d.to && strings.HasPrefix(got, d.got) && strings.HasPrefix(want, d.want) && regexp.MustCompile(d.sql).MatchString(sql) {
			return true
		}
	}
	return false
}

// Library is a library that follows the release that the test runs on.
func Library(t testing.TB, library *function.Library) *function.Library {
	return library.For(servertest.Cluster(t).Version)
}
