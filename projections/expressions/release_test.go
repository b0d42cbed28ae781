package expressions

import "testing"

// TestReleases checks what is accepted by release.
func TestReleases(t *testing.T) {
	t.Parallel()
	cases := []struct {
		text    string
		release int
		message string // "" if it is accepted
	}{
		{"regexp_count(s, 'a')", 14, "function regexp_count(text, unknown) does not exist in PostgreSQL 14"},
		{"regexp_count(s, 'a')", 15, ""},
		{"regexp_replace(s, 'a', 'b', 1)", 14, "function regexp_replace(text, unknown, unknown, integer) does not exist"},
		{"regexp_replace(s, 'a', 'b')", 14, ""},
		{"0x1F + 1", 15, "numbers such as 0x1F and 1_000 need PostgreSQL 16"},
		{"1_000.5", 14, "numbers such as 0x1F and 1_000 need PostgreSQL 16"},
		{"0x1F + 1", 16, ""},
		{"0xFFFFFFFFFF + 1_000.5", 17, ""},
		{"interval 'infinity'", 16, `invalid input syntax for type interval: "infinity"`},
		{"interval 'infinity'", 17, ""},
		{"'1_000'::int", 15, `invalid input syntax for type integer: "1_000"`},
		{"'1_000'::int", 18, ""},
		{"date '1999-01-08 y'", 16, `invalid input syntax for type date: "1999-01-08 y"`},
		{"id::numeric(5, -2)", 14, "before PostgreSQL 15 the scale of a numeric is between 0 and its precision"},
		{"id::numeric(5, -2)", 15, ""},
	}
	for _, c := range cases {
		_, err := Compile(c.text, stall{}, Options{Release: c.release})
		switch {
		case c.message == "" && err != nil:
			t.Errorf("%s on %d: %v", c.text, c.release, err)
		case c.message != "" && (err == nil || err.Message != c.message):
			t.Errorf("%s on %d: got %v, want %s", c.text, c.release, err, c.message)
		}
	}
}
