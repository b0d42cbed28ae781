package writer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"materializer/cdc"
	"materializer/internal/servers/servertest"
)

func lsnOf(n int) cdc.LSN { return cdc.LSN(n) }

// A reader that gets all keys and the marker in one transaction, while rounds
// go on, must never see two rounds at once.
func TestRoundIsVisibleAtOnce(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	const documents, rounds = 999, 40
	round := func(n int) []Command {
		var commands []Command
		for i := range documents {
			commands = append(commands, set(fmt.Sprintf("doc:%d", i), strconv.Itoa(n)))
		}
		return append(commands, del(fmt.Sprintf("old:%d", n)))
	}
	write(t, r, marker(0), round(0)...)

	ctx, stop := context.WithCancel(t.Context())
	seen := make(chan map[string]bool)
	ready := make(chan struct{})
	go func() {
		reader := client(t, url)
		keys := []any{"mget"}
		for i := range documents {
			keys = append(keys, fmt.Sprintf("doc:%d", i))
		}
		versions := map[string]bool{}
		for first := true; ctx.Err() == nil; first = false {
			reply, err := reader.Do(t.Context(), keys...).Slice()
			if err != nil {
				t.Error(err)
				break
			}
			for _, value := range reply {
				if value != reply[0] {
					t.Errorf("one MGET saw versions %v and %v", reply[0], value)
				}
			}
			versions[fmt.Sprint(reply[0])] = true
			pipeline := reader.TxPipeline()
			document := pipeline.Get(t.Context(), "doc:5")
			position := pipeline.HGet(t.Context(), r.MarkerKey(), "lsn")
			if _, err := pipeline.Exec(t.Context()); err != nil {
				t.Error(err)
				break
			}
			if n, _ := document.Int(); position.Val() != lsnOf(n).String() {
				t.Errorf("marker %s with document %d", position.Val(), n)
			}
			if first {
				close(ready)
			}
		}
		seen <- versions
	}()
	<-ready
	for n := 1; n <= rounds; n++ {
		write(t, r, marker(n), round(n)...)
	}
	stop()
	if versions := <-seen; len(versions) < 2 {
		t.Errorf("the reader saw only %v: it proves nothing", versions)
	}
}

func TestOrderIsKept(t *testing.T) {
	t.Parallel()
	for name, count := range map[string]int{"one step": 400, "in parts": 5000} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := servertest.Redis(t)
			r := open(t, url, func(c *Config) { c.PartCommands = 700 })
			random := rand.New(rand.NewPCG(1, uint64(count)))
			want := map[string]string{}
			var round []Command
			for i := range count {
				key := fmt.Sprintf("k%d", random.IntN(50))
				if random.IntN(3) == 0 {
					round, want[key] = append(round, del(key)), ""
				} else {
					value := strings.Repeat(strconv.Itoa(i), 1+random.IntN(300))
					round, want[key] = append(round, set(key, value)), value
				}
			}
			write(t, r, marker(1), round...)
			wantValues(t, r, want)
		})
	}
}

// The sizes around every limit, written and read back.
func TestSizes(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url, func(c *Config) {
		c.RoundCommands, c.RoundBytes, c.PartCommands, c.PartBytes = 10, 1000, 6, 600
	})
	lsn := 0
	for _, count := range []int{0, 1, 6, 7, 10, 11, 12, 13, 300} {
		for _, size := range []int{1, 100, 599, 601, 2000} {
			lsn++
			var round []Command
			var keys [][]byte
			for i := range count {
				round = append(round, set(fmt.Sprintf("%d:%d:%d", count, size, i), strings.Repeat("x", size)+strconv.Itoa(i)))
				keys = append(keys, round[i].Key)
			}
			write(t, r, marker(lsn), round...)
			values, err := r.Values(t.Context(), keys)
			if err != nil {
				t.Fatal(err)
			}
			for i := range round {
				if !bytes.Equal(values[i], round[i].Value) {
					t.Errorf("%s is not what was written", keys[i])
				}
			}
		}
	}
	m, ok := connect(t, r)
	wantMarker(t, m, ok, marker(lsn))
}

func TestPushBelongsToTheNextWrite(t *testing.T) {
	t.Parallel()
	r := open(t, servertest.Redis(t))
	write(t, r, marker(1), set("a", "1"))
	var many []Command
	for i := range 2500 {
		many = append(many, set(fmt.Sprint("k", i), "v"))
	}
	if err := r.Push(t.Context(), many); err != nil {
		t.Fatal(err)
	}
	if err := r.Push(t.Context(), nil); err != nil {
		t.Fatal(err)
	}
	wantValues(t, r, map[string]string{"k0": "v", "k2499": "v"})
	m, ok := connect(t, r)
	wantMarker(t, m, ok, marker(1))
}

func TestGroups(t *testing.T) {
	t.Parallel()
	r := &Redis{}
	var part []Command
	for i := range 300 {
		part = append(part, set(fmt.Sprint(i), "v"))
	}
	part = append(part, del("a"), del("b"), set("c", strings.Repeat("x", groupBytes)), set("d", "v"))
	var got []string
	groups, _ := r.groups(t.Context(), part, nil)
	for _, c := range groups {
		got = append(got, fmt.Sprint(c.Name(), len(c.Args())-1))
	}
	want := []string{"mset256", "mset256", "mset88", "unlink2", "mset2", "mset2"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
}

// SET semantics: any type is replaced, a time to live set by hand is gone.
func TestDocumentReplacesAnything(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	operator := client(t, url)
	do(t, operator, "hset", "hash", "f", "v")
	do(t, operator, "rpush", "list", "v")
	do(t, operator, "set", "expiring", "v", "ex", 1000)
	r := open(t, url)
	write(t, r, marker(1), set("hash", "1"), set("list", "2"), set("expiring", "3"))
	wantValues(t, r, map[string]string{"hash": "1", "list": "2", "expiring": "3"})
	if ttl := do(t, operator, "ttl", "expiring"); ttl != int64(-1) {
		t.Errorf("ttl %v, want none", ttl)
	}
	write(t, r, marker(2), del("hash"), del("list"))
	wantValues(t, r, map[string]string{"hash": "", "list": ""})
}

func TestTooLargeDocumentIsLeftOut(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	do(t, client(t, url), "config", "set", "proto-max-bulk-len", 1<<20)
	r := open(t, url)
	write(t, r, marker(1), set("large", "old"))
	large := strings.Repeat("x", 1<<20+1)
	for _, count := range []int{3, 4000} {
		round := []Command{set("before", fmt.Sprint(count)), set("large", large), del("large\x00"), set("largest", large[1:])}
		for i := range count {
			round = append(round, set(fmt.Sprint("k", i), fmt.Sprint(count)))
		}
		kept := slices.Clone(round)
		err := r.Write(t.Context(), round, marker(count))
		var refused *RefusedError
		if !errors.As(err, &refused) || len(refused.Documents) != 1 || string(refused.Documents[0].Key) != "large" || !refused.MarkerMoved {
			t.Fatalf("got %v, want the large document refused", err)
		}
		if !strings.Contains(err.Error(), "1048582 bytes") {
			t.Errorf("%q does not say how large", err)
		}
		wantValues(t, r, map[string]string{
			"before": fmt.Sprint(count), "large": "old", "largest": large[1:], fmt.Sprint("k", count-1): fmt.Sprint(count),
		})
		if !slices.EqualFunc(kept, round, func(a, b Command) bool { return bytes.Equal(a.Key, b.Key) && bytes.Equal(a.Value, b.Value) }) {
			t.Error("the caller's round was changed")
		}
	}
	if err := r.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	m, ok := connect(t, r)
	wantMarker(t, m, ok, marker(4000))
}

func TestLimitOfOurOwn(t *testing.T) {
	t.Parallel()
	r := open(t, servertest.Redis(t), func(c *Config) { c.MaxValueBytes = 10 })
	var refused *RefusedError
	if err := r.Push(t.Context(), []Command{set("a", "01234567890"), set("b", "0123456789")}); !errors.As(err, &refused) || refused.MarkerMoved {
		t.Errorf("got %v", err)
	}
	wantValues(t, r, map[string]string{"a": "", "b": "0123456789"})
}
