package writer

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

func hash(key string, fields ...string) Command {
	c := Command{Kind: Hash, Key: []byte(key)}
	for _, text := range fields {
		c.Fields = append(c.Fields, []byte(text))
	}
	return c
}

func add(key, member string) Command {
	return Command{Kind: Add, Key: []byte(key), Member: []byte(member)}
}

func score(key, member string, score float64) Command {
	return Command{Kind: Score, Key: []byte(key), Member: []byte(member), Score: score}
}

func rem(key, member string) Command {
	return Command{Kind: Remove, Key: []byte(key), Member: []byte(member)}
}

func replacing(c Command) Command {
	c.Replace = true
	return c
}

// wantHolds compares what is under a key, written as "hash a=1 b=2", "set a b",
// "zset a=1 b=2", "string text", "none".
func wantHolds(t testing.TB, r *Redis, key, want string) {
	t.Helper()
	v, err := r.Value(t.Context(), []byte(key))
	if err != nil {
		t.Fatal(err)
	}
	got := v.Type
	if v.Type == "string" {
		got += " " + string(v.Text)
	}
	slices.SortFunc(v.Fields, func(a, b Field) int { return strings.Compare(string(a.Name), string(b.Name)) })
	for _, f := range v.Fields {
		got += fmt.Sprintf(" %s=%s", f.Name, f.Value)
	}
	for _, m := range v.Members {
		if got += " " + string(m.Name); v.Type == "zset" {
			got += "=" + strconv.FormatFloat(m.Score, 'g', -1, 64)
		}
	}
	if got != want {
		t.Errorf("%s holds %.200q, want %.200q", key, got, want)
	}
}

// settings are a round in one step, and one in parts of a few commands.
var settings = map[string]func(*Config){
	"one step": func(*Config) {},
	"in parts": func(c *Config) { c.RoundCommands, c.PartCommands = 1, 2 },
}

func TestKinds(t *testing.T) {
	t.Parallel()
	for name, setting := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, servertest.Redis(t), setting)
			write(t, r, marker(1), hash("h", "a", "1", "b", "2"), add("s", "x"), add("t", "x"), add("s", "y"),
				score("z", "x", 1), score("z", "y", -2.5), score("z", "x", 3), set("text", "v"))
			wantHolds(t, r, "h", "hash a=1 b=2")
			wantHolds(t, r, "s", "set x y")
			wantHolds(t, r, "t", "set x")
			wantHolds(t, r, "z", "zset y=-2.5 x=3")
			wantHolds(t, r, "text", "string v")
			write(t, r, marker(2), hash("h", "b", "3", "c", ""), add("s", "z"), rem("s", "x"), score("z", "x", -9), rem("z", "y"), rem("none", "y"), rem("text", "v"))
			wantHolds(t, r, "h", "hash b=3 c=")
			wantHolds(t, r, "s", "set y z")
			wantHolds(t, r, "z", "zset x=-9")
			wantHolds(t, r, "text", "string v")
			write(t, r, marker(3), hash("h"), rem("s", "y"), rem("s", "z"), rem("t", "x"), rem("z", "x"))
			for _, key := range []string{"h", "s", "t", "z", "none"} {
				wantHolds(t, r, key, "none")
			}
			m, ok := connect(t, r)
			wantMarker(t, m, ok, marker(3))
		})
	}
}

// Documents take the place of whatever there is, a time to live goes with it.
func TestHashReplacesAnything(t *testing.T) {
	t.Parallel()
	for name, setting := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := servertest.Redis(t)
			operator := client(t, url)
			do(t, operator, "set", "a", "v", "ex", 1000)
			do(t, operator, "zadd", "b", 1, "v")
			do(t, operator, "hset", "c", "old", "v")
			r := open(t, url, setting)
			write(t, r, marker(1), hash("a", "f", "1"), hash("b", "f", "2"), hash("c", "f", "3"), set("d", "x"), hash("d", "f", "4"), hash("e", "f", "5"), set("e", "x"))
			for i, key := range []string{"a", "b", "c", "d"} {
				wantHolds(t, r, key, fmt.Sprint("hash f=", i+1))
			}
			wantHolds(t, r, "e", "string x")
			if ttl := do(t, operator, "ttl", "a"); ttl != int64(-1) {
				t.Errorf("ttl %v, want none", ttl)
			}
		})
	}
}

// A reader never sees a hash missing or half, also not one that is sent in a part
// of a round.
func TestHashIsNeverHalf(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	const fields, rounds = 400, 60
	document := func(n int) Command {
		var texts []string
		for i := range fields {
			texts = append(texts, fmt.Sprint("f", i), strconv.Itoa(n))
		}
		return hash("h", append(texts, fmt.Sprint("only", n), "")...)
	}
	write(t, r, marker(0), document(0))
	ctx, stop := context.WithCancel(t.Context())
	seen, ready := make(chan int), make(chan struct{})
	go func() {
		reader, versions := client(t, url), map[string]bool{}
		for first := true; ctx.Err() == nil; first = false {
			reply, err := reader.HGetAll(t.Context(), "h").Result()
			if err != nil {
				t.Error(err)
				break
			}
			version := reply["f0"]
			if _, own := reply["only"+version]; len(reply) != fields+1 || !own || reply[fmt.Sprint("f", fields-1)] != version {
				t.Errorf("a reader saw %d fields of version %q", len(reply), version)
			}
			versions[version] = true
			if first {
				close(ready)
			}
		}
		seen <- len(versions)
	}()
	<-ready
	for n := 1; n <= rounds; n++ {
		if n%2 == 0 {
			write(t, r, marker(n), document(n))
		} else if err := r.Push(t.Context(), []Command{document(n)}); err != nil {
			t.Fatal(err)
		}
	}
	stop()
	if n := <-seen; n < 2 {
		t.Errorf("the reader saw %d versions: it proves nothing", n)
	}
}

// Something else under a collection's key is told, and nothing of the round is
// executed; with leave it is replaced together with the first member.
func TestWrongType(t *testing.T) {
	t.Parallel()
	for name, setting := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := servertest.Redis(t)
			operator := client(t, url)
			spoil := func() {
				do(t, operator, "del", "s", "z")
				do(t, operator, "set", "s", "by hand")
				do(t, operator, "sadd", "z", "by hand")
			}
			r := open(t, url, setting)
			write(t, r, marker(1), set("a", "1"))
			for n, send := range []func(...Command) error{
				func(c ...Command) error { return r.Write(t.Context(), c, marker(2)) },
				func(c ...Command) error { return r.Push(t.Context(), c) },
			} {
				spoil()
				err := send(add("s", "x"), score("z", "x", 1))
				var wrong *WrongTypeError
				if !errors.As(err, &wrong) || len(wrong.Keys) == 0 || string(wrong.Keys[0]) != "s" {
					t.Fatalf("got %v, want the wrong keys", err)
				}
				wantHolds(t, r, "s", "string by hand")
				if err := send(replacing(add("s", "x")), replacing(score("z", "x", 1)), replacing(add("s", "y")), score("z", "y", 2), rem("s", "by hand"), rem("z", "by hand")); err != nil {
					t.Fatal(n, err)
				}
				wantHolds(t, r, "s", "set x y")
				wantHolds(t, r, "z", "zset x=1 y=2")
				if err := send(replacing(add("s", "w"))); err != nil {
					t.Fatal(err)
				}
				wantHolds(t, r, "s", "set w x y")
			}
			if err := r.Probe(t.Context()); err != nil {
				t.Error(err)
			}
			write(t, r, marker(3), del("s"), score("s", "x", 1), set("z", "x"), rem("z", "x"))
			wantHolds(t, r, "s", "zset x=1")
			wantHolds(t, r, "z", "string x")
		})
	}
}

// What is left over of a document goes, a collection under the same key does not.
func TestDrop(t *testing.T) {
	t.Parallel()
	for name, setting := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, servertest.Redis(t), setting)
			drop := func(key string) Command { return Command{Kind: Drop, Key: []byte(key)} }
			write(t, r, marker(1), set("a", "x"), hash("b", "f", "x"), add("c", "x"), score("d", "x", 1))
			write(t, r, marker(2), drop("a"), drop("b"), drop("c"), drop("d"), drop("none"))
			for key, want := range map[string]string{"a": "none", "b": "none", "c": "set x", "d": "zset x=1"} {
				wantHolds(t, r, key, want)
			}
			write(t, r, marker(3), drop("c"))
			write(t, r, marker(4), set("c", "y"), drop("c"), add("c", "z"), drop("c"))
			wantHolds(t, r, "c", "set z")
		})
	}
}

// Redis reads the very double that was written.
func TestScores(t *testing.T) {
	t.Parallel()
	r := open(t, servertest.Redis(t))
	scores := []float64{0, 1, -1, 0.1, 1.0 / 3, math.MaxFloat64, -math.MaxFloat64, math.SmallestNonzeroFloat64, math.Inf(1), math.Inf(-1),
		1 << 53, 1<<53 + 2, 123456789012345678, 1e22, 5e-324, 2.2250738585072014e-308}
	random := rand.New(rand.NewPCG(1, 2))
	for len(scores) < 3000 {
		if score := math.Float64frombits(random.Uint64()); !math.IsNaN(score) {
			scores = append(scores, score)
		}
	}
	var round []Command
	for i, s := range scores {
		round = append(round, score("z", fmt.Sprint(i), s))
	}
	write(t, r, marker(1), round...)
	v, err := r.Value(t.Context(), []byte("z"))
	if err != nil || len(v.Members) != len(scores) {
		t.Fatalf("%d members, %v", len(v.Members), err)
	}
	for _, m := range v.Members {
		i, _ := strconv.Atoi(string(m.Name))
		if math.Float64bits(m.Score) != math.Float64bits(scores[i]) {
			t.Errorf("%v became %v", scores[i], m.Score)
		}
	}
	write(t, r, marker(2), score("zero", "m", math.Copysign(0, -1)))
	if text := do(t, client(t, r.config.URL), "zscore", "zero", "m"); fmt.Sprint(text) != "0" {
		t.Errorf("-0 is %v, want 0", text)
	}
}

func TestLargeCollections(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	operator := client(t, url)
	const count = 100_000
	var in, out []Command
	for i := range count {
		member := fmt.Sprint("member:", i)
		in = append(in, add("s", member), score("z", member, float64(i)))
		out = append(out, rem("z", member), rem("s", member))
	}
	kept := slices.Clone(in)
	write(t, r, marker(1), in...)
	if diff := cmp.Diff(kept[:100], in[:100]); diff != "" {
		t.Errorf("the caller's round was changed: %s", diff)
	}
	if n := do(t, operator, "scard", "s"); n != int64(count) {
		t.Errorf("the set has %v members", n)
	}
	seen := map[string]bool{}
	if err := r.Members(t.Context(), []byte("z"), func(members []Member) error {
		for _, m := range members {
			if seen[string(m.Name)] = true; string(m.Name) != fmt.Sprint("member:", m.Score) {
				t.Fatalf("%s has score %v", m.Name, m.Score)
			}
		}
		return nil
	}); err != nil || len(seen) != count {
		t.Errorf("%d members were seen, %v", len(seen), err)
	}
	write(t, r, marker(2), out[:2*count-2]...)
	wantHolds(t, r, "s", "set member:99999")
	write(t, r, marker(3), out...)
	wantHolds(t, r, "s", "none")
	wantHolds(t, r, "z", "none")
}

// Members of one collection share commands, wherever they are among others of
// their kind; no command is long.
func TestMembersAreGrouped(t *testing.T) {
	t.Parallel()
	r := &Redis{}
	var part []Command
	for i := range 300 {
		part = append(part, add(fmt.Sprint("k", i%2), fmt.Sprint(i)))
	}
	part = append(part, score("z", "a", 1), score("z", "b", 2), rem("k0", "1"), rem("k1", "1"), rem("k0", "2"), hash("h", "a", "b"))
	types := keyTypes{"k0": noType, "k1": "set", "z": noType}
	groups, whole := r.groups(t.Context(), arrange(part), types)
	var got []string
	for _, c := range groups {
		got = append(got, fmt.Sprint(c.Name(), len(c.Args())-1))
	}
	want := []string{"sadd129", "sadd23", "sadd129", "sadd23", "zadd5", "srem3", "srem2", "unlink1", "hset3"}
	if diff := cmp.Diff(want, got); diff != "" || !whole {
		t.Errorf("in one step: %t, groups (-want +got):\n%s", whole, diff)
	}
}

// What the user may not write is named, of members too, and all else is written.
func TestForbiddenMembers(t *testing.T) {
	t.Parallel()
	for name, setting := range settings {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := open(t, limited(t, servertest.RedisWith(t, servers.RedisOptions{})), setting)
			err := r.Write(t.Context(), []Command{
				add("other:s", "m"), add("product:s", "m"), score("product:z", "m", 1), hash("other:h", "a", "b"), hash("product:h", "a", "b"), rem("other:s", "m"),
			}, marker(1))
			var refused *RefusedError
			if !errors.As(err, &refused) || !refused.MarkerMoved {
				t.Fatalf("got %v, want a RefusedError", err)
			}
			var names []string
			for _, one := range refused.Documents {
				names = append(names, string(one.Key)+" "+string(one.Member))
			}
			if !slices.Contains(names, "other:s m") || !slices.Contains(names, "other:h ") {
				t.Errorf("refused are %q", names)
			}
			wantHolds(t, r, "product:s", "set m")
			wantHolds(t, r, "product:z", "zset m=1")
			wantHolds(t, r, "product:h", "hash a=b")
		})
	}
}

// A loss is noticed by the part that carries a hash, before the marker is.
func TestLossWithHashes(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	write(t, r, marker(1), hash("h", "a", "b"))
	do(t, client(t, url), "flushall")
	wantLost(t, r.Push(t.Context(), []Command{hash("h", "a", "c")}))
	wantHolds(t, r, "h", "none")
}

func TestLimitOfHash(t *testing.T) {
	t.Parallel()
	r := open(t, servertest.Redis(t), func(c *Config) { c.MaxValueBytes = 10 })
	var refused *RefusedError
	if err := r.Push(t.Context(), []Command{hash("a", "0123456", "7890"), hash("b", "01234", "56789"), add("c", "01234567890")}); !errors.As(err, &refused) || len(refused.Documents) != 2 {
		t.Errorf("got %v", err)
	}
	wantHolds(t, r, "a", "none")
	wantHolds(t, r, "b", "hash 01234=56789")
}
