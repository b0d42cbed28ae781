package strings

import (
	"testing"
	"unicode/utf8"

	"materializer/internal/proof"
)

// TestCase compares the case of every character that has one.
func TestCase(t *testing.T) {
	t.Parallel()
	conn := proof.Connect(t, database(t, "cased"))
	rows, err := conn.Query(t.Context(), `SELECT chr(i), lower(chr(i)), upper(chr(i)), initcap('a' || chr(i) || 'b')
		FROM generate_series(1, 131071) i WHERE i NOT BETWEEN 55296 AND 57343 AND (chr(i) ~ '[[:print:]]' OR i < 256)`)
	if err != nil {
		t.Fatal(err)
	}
	compared := 0
	for rows.Next() {
		var text, lowered, raised, capitalized string
		if err := rows.Scan(&text, &lowered, &raised, &capitalized); err != nil {
			t.Fatal(err)
		}
		if got := lower(text); got != lowered {
			t.Errorf("lower of %q: got %q, want %q", text, got, lowered)
		}
		if got := upper(text); got != raised {
			t.Errorf("upper of %q: got %q, want %q", text, got, raised)
		}
		got, err := initcap("a" + text + "b")
		if r, _ := utf8.DecodeRuneInString(text); err != nil || got != capitalized && !letterSince15(r) {
			t.Errorf("initcap around %q: got %q, %v, want %q", text, got, err, capitalized)
		}
		compared++
	}
	if err := rows.Err(); err != nil || compared < 50000 {
		t.Fatalf("%d compared: %v", compared, err)
	}
}

// letterSince15 holds for the signs that Unicode 15 made alphabetic, which the
// server's locale may not know.
func letterSince15(r rune) bool {
	return r == 0xc04 || r == 0xf82 || r == 0xf83 || r == 0x11080 || r == 0x11081
}
