package demo

import (
	"strings"
	"testing"
)

func TestContentOfEveryShape(t *testing.T) {
	t.Parallel()
	client := redisClient(t)
	set(t, client, "document", `{"id":1,"at":{"a":1,"b":2},"list":[1]}`)
	set(t, client, "text", "78.00 EUR")
	command(t, client, "hset", "hash", "name", "Ada", "list", `[{"id":1}]`)
	command(t, client, "zadd", "zset", "0.1", "42")
	command(t, client, "sadd", "set", "42")
	for _, c := range []struct {
		probe probe
		want  string
	}{
		{ask("get", "document"), `id=1 at={"a": 1, "b": 2} list=[1]`},
		{ask("get", "text"), "=78.00 EUR"},
		{ask("hgetall", "hash"), `list=[{"id": 1}] name=Ada`},
		{ask("zscore", "zset", 42), "=0.1"},
		{ask("zscore", "zset", 43), ""},
		{ask("sismember", "set", 42), "=1"},
		{ask("get", "none"), ""},
	} {
		got, err := contentOf(t.Context(), client, c.probe)
		var parts []string
		for _, part := range got {
			parts = append(parts, part.name+"="+part.text)
		}
		if err != nil || strings.Join(parts, " ") != c.want {
			t.Errorf("%s: %v, %v, want %s", c.probe, parts, err, c.want)
		}
	}
}

func TestDifferences(t *testing.T) {
	t.Parallel()
	object := func(text string) content {
		c, err := members([]byte(text))
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	for _, c := range []struct {
		before, after content
		want          string
	}{
		{object(`{"a":1,"b":2}`), object(`{"a":1,"b":2}`), ""},
		{object(`{"a":1,"b":2}`), object(`{"a":1,"b":3}`), "b: 2 -> 3"},
		{object(`{"a":{"x":1,"y":{"z":null}}}`), object(`{"a":{"x":1,"y":{"z":5}}}`), "a.y.z: null -> 5"},
		{object(`{"a":[1]}`), object(`{"a":[2,1]}`), "a: now [2, 1]"},
		{object(`{"a":1}`), nil, "{...} -> nothing"},
		{nil, content{{"", "x"}}, "nothing -> x"},
		{content{{"", "x"}}, content{{"", "y"}}, "x -> y"},
		{nil, nil, ""},
	} {
		if got := strings.Join(differences(c.before, c.after), "; "); got != c.want {
			t.Errorf("%v and %v: %s, want %s", c.before, c.after, got, c.want)
		}
	}
}
