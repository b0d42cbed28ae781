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
	from, to int            // releases
	sql      *regexp.Regexp // of the call
	got      string         // what our answer begins with, "" for any
}

// The differences that are known.
var differences = []difference{
	// PostgreSQL 14 has another lexer for the numbers of jsonpath.
	{14, 14, regexp.MustCompile(`jsonpath`), ""},
	// The type "char" shows bytes as they are, and belongs to another category.
	{14, 14, regexp.MustCompile(`"char"|::char|chr\(`), ""},
	// Sizes end with TB; a scale is neither negative nor above the precision.
	{14, 14, regexp.MustCompile(`pg_size_|"numeric"\(.*"int4"\)`), ""},
	// Parts of intervals are read and computed with other limits, and have no fraction of weeks and the like.
	{14, 14, regexp.MustCompile(`interval|date_bin`), ""},
	// Units of times are checked in another order.
	{14, 14, regexp.MustCompile(`(date_part|extract)"\(.*"time(tz)?"`), "!"},
	// Empty dimensions, and bounds that are no numbers.
	{17, 18, regexp.MustCompile(`\{(\s*\{\s*\}\s*,?)+\}|\[[-0-9]*-[-0-9]*:|\[-:`), ""},
	// Time zones are read by to_date and to_timestamp.
	{17, 18, regexp.MustCompile(`^to_(date|timestamp)\(.*(TZ|OF)`), "!0A000"},
	{17, 18, regexp.MustCompile(`^to_(date|timestamp)\(.*CC`), "="},
	// Roman numerals are read by to_number.
	{18, 18, regexp.MustCompile(`(?i)^to_number\(.*RN`), "!0A000"},
	// The zero with the greatest exponent there is.
	{16, 18, regexp.MustCompile(`0e1073741823`), "!22003"},
	// How deep JSON may be nested depends on the stack.
	{14, 18, regexp.MustCompile(`\[{50}`), "!54001"},
	// Before the minor releases of 2026 some limits were not checked.
	{14, 18, regexp.MustCompile(`to_char\(.*::int4, .*V`), "!22003"},
	{14, 18, regexp.MustCompile(`"right"\(.*-2147483648`), "="},
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
		if release >= d.from && release <= d.to && release != function.Proven && strings.HasPrefix(got, d.got) && d.sql.MatchString(sql) {
			return true
		}
	}
	return false
}

// Library is a library that follows the release that the test runs on.
func Library(t testing.TB, library *function.Library) *function.Library {
	return library.For(servertest.Cluster(t).Version)
}
