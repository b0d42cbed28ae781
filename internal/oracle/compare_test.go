package oracle

import (
	"slices"
	"strings"
	"testing"

	"github.com/redis/go-redis/v9"

	"materializer/internal/servers/servertest"
)

const notes = `
projections:
  note: {from: note, key: ["n:{id}", "about:{about}:{id}"], columns: [id, about], fields: {again: {many: note, on: {id: id}, columns: [seen]}}}
`

func TestCompare(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, library...)
	right := map[string]string{
		"n:1":               `{"id":1,"about":1.00,"again":[{"seen":true}]}`,
		"about:1.00:1":      `{"id":1, "about":1.00, "again":[{"seen":true}]}`,
		"n:2":               `{"id":2,"about":1,"again":[{"seen":false}]}`,
		"about:1:2":         `{"id":2,"about":1,"again":[{"seen":false}]}`,
		"n:3":               `{"id":3,"about":null,"again":[{"seen":null}]}`,
		"materializer:test": "not a document",
	}
	for _, test := range []struct {
		name   string
		change map[string]string // "" removes the key
		want   []string          // kind, key, path
	}{
		{"nothing", nil, nil},
		{"missing", map[string]string{"n:1": ""}, []string{"missing n:1"}},
		{"extra", map[string]string{"n:4": "{}", "x": "y"}, []string{"extra n:4", "extra x"}},
		{"digits", map[string]string{"n:1": `{"id":1,"about":1.0,"again":[{"seen":true}]}`}, []string{"different n:1 $.about"}},
		{"deep", map[string]string{"n:2": `{"id":2,"about":1,"again":[{"seen":true}]}`}, []string{"different n:2 $.again[0].seen"}},
		{"length", map[string]string{"n:2": `{"id":2,"about":1,"again":[]}`}, []string{"different n:2 $.again.length"}},
		{"no member", map[string]string{"n:3": `{"id":3,"again":[{"seen":null}]}`}, []string{"different n:3 $.about"}},
		{"twice", map[string]string{"n:2": `{"id":2,"about":1,"again":[{"seen":true,"seen":false}]}`}, []string{"malformed n:2"}},
		{"out of order", map[string]string{"n:3": `{"about":null,"id":3,"again":[{"seen":null}]}`}, []string{"malformed n:3"}},
		{"no JSON", map[string]string{"n:3": `{"id":3`, "n:2": "", "n:1": "nonsense"}, []string{"malformed n:1", "malformed n:3", "missing n:2"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			redisURL := servertest.Redis(t)
			fill(t, redisURL, right, test.change)
			conn := open(t, url)
			found, err := Compare(t.Context(), url, redisURL, compile(t, conn, notes))
			if err != nil {
				t.Fatal(err)
			}
			if got, want := brief(found), strings.Join(test.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s\n%s", got, want, found)
			}
			if found.Compared != 5 || found.None() != (test.want == nil) {
				t.Errorf("compared %d documents, none is %t", found.Compared, found.None())
			}
		})
	}
}

func TestCompareOtherTypes(t *testing.T) {
	t.Parallel()
	url, redisURL := servertest.Database(t, library...), servertest.Redis(t)
	client := fill(t, redisURL, map[string]string{"c:FR": `{"name":"France"}`}, nil)
	if err := client.HSet(t.Context(), "c:DE", "name", "Germany").Err(); err != nil {
		t.Fatal(err)
	}
	plan := compile(t, open(t, url), "projections: {c: {from: country, key: \"c:{code}\", columns: [name]}}")
	found, err := Compare(t.Context(), url, redisURL, plan)
	if err != nil {
		t.Fatal(err)
	}
	if got := brief(found); got != "malformed c:DE" {
		t.Errorf("got %s, want malformed c:DE", got)
	}
}

// A key that two roots claim holds the document of the lower primary key.
func TestCompareClaims(t *testing.T) {
	t.Parallel()
	url, redisURL := servertest.Database(t, library...), servertest.Redis(t)
	fill(t, redisURL, map[string]string{"of:DE": `{"id":1}`, "of:FR": `{"id":2}`}, nil)
	servertest.Exec(t, url, "UPDATE author SET country_code = 'DE' WHERE id = 3")
	plan := compile(t, open(t, url), "projections: {a: {from: author, key: \"of:{country_code}\", key_is_unique: true, columns: [id]}}")
	found, err := Compare(t.Context(), url, redisURL, plan)
	if err != nil {
		t.Fatal(err)
	}
	if !found.None() {
		t.Error(found)
	}
}

func TestCompareFailsWithoutRedis(t *testing.T) {
	t.Parallel()
	url := servertest.Database(t, library...)
	_, err := Compare(t.Context(), url, "redis://127.0.0.1:1", compile(t, open(t, url), notes))
	if err == nil {
		t.Error("no error")
	}
}

func fill(t *testing.T, redisURL string, right, change map[string]string) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(redisURL)
	if err != nil {
		t.Fatal(err)
	}
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	for _, documents := range []map[string]string{right, change} {
		for key, document := range documents {
			err := client.Set(t.Context(), key, document, 0).Err()
			if document == "" {
				err = client.Del(t.Context(), key).Err()
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	return client
}

func brief(found Differences) string {
	var lines []string
	for _, d := range found.First {
		lines = append(lines, strings.TrimSpace(string(d.Kind)+" "+d.Key+" "+d.Path))
	}
	slices.Sort(lines) // missing ones are found before the others of a batch
	return strings.Join(lines, "\n")
}
