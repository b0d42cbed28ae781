package demo

import (
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

func TestCompareFindsWhatDiffers(t *testing.T) {
	t.Parallel()
	conn, _ := filled(t, 500, 1)
	client := redisClient(t)
	if _, err := conn.Exec(t.Context(), "SET timezone = 'UTC'"); err != nil {
		t.Fatal(err)
	}
	rows, err := conn.Query(t.Context(), productsAsSQL, sampleSize)
	if err != nil {
		t.Fatal(err)
	}
	var key, document string
	if _, err := pgx.ForEachRow(rows, []any{&key, &document}, func() error {
		set(t, client, key, document)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	want := func(difference string) {
		t.Helper()
		got, err := compare(t.Context(), conn, client)
		if err != nil || got.compared != 41 || !strings.Contains(got.difference, difference) || (difference == "") != (got.difference == "") {
			t.Errorf("got %+v, %v; want a difference with %q in 41 documents", got, err, difference)
		}
	}
	want("")
	set(t, client, key, strings.Replace(document, `"price" : `, `"price" : 1`, 1))
	want(key)
	set(t, client, key, "{}")
	want("SQL answers")
	if err := client.Del(t.Context(), key).Err(); err != nil {
		t.Fatal(err)
	}
	want("no document")
	set(t, client, key, document)
	want("")
}

func TestSameJSONLooksAtEveryDigit(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`{"a":1.50,"b":[1]}`, `{"b": [1], "a": 1.50}`, true},
		{`{"a":1.50}`, `{"a":1.5}`, false},
		{`{"a":12345678901234567890}`, `{"a":12345678901234567891}`, false},
		{`[1,2]`, `[2,1]`, false},
		{`no document`, `no document`, false},
	} {
		if got := sameJSON(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %v", c.a, c.b, got)
		}
	}
}
