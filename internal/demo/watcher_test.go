package demo

import (
	"context"
	"fmt"
	"math/rand/v2"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"

	"materializer/internal/servers/servertest"
)

func redisClient(t *testing.T) *redis.Client {
	t.Helper()
	options, err := redis.ParseURL(servertest.Redis(t))
	if err != nil {
		t.Fatal(err)
	}
	options.Protocol = 2 // as the demo does
	client := redis.NewClient(options)
	t.Cleanup(func() { _ = client.Close() })
	return client
}

func set(t *testing.T, client *redis.Client, key, value string) {
	t.Helper()
	if err := client.Set(t.Context(), key, value, 0).Err(); err != nil {
		t.Fatal(err)
	}
}

func TestWatcherSeesAChangeWhenAllOfItIsThere(t *testing.T) {
	t.Parallel()
	client, tally := redisClient(t), newTally()
	w := newWatcher(client, tally)
	p := newPool([]int64{1})
	c := &change{kind: kinds[0], random: rand.New(rand.NewPCG(1, 1)), documents: 300}
	if _, err := c.take(p); err != nil {
		t.Fatal(err)
	}
	for i := range 300 {
		set(t, client, fmt.Sprint("product:", i), `{"name":"old"}`)
		c.watch(lacks, `"old"`, document("product:%d", i))
	}
	w.add(c, time.Now())
	wantWaiting := func(want bool) {
		t.Helper()
		for range 10 { // more questions than the change has parts
			w.ask(t.Context())
		}
		if w.idle() == want {
			t.Fatalf("waiting: %v, want %v", !w.idle(), want)
		}
	}
	wantWaiting(true)
	for i := range 299 {
		set(t, client, fmt.Sprint("product:", i), `{"name":"new"}`)
	}
	wantWaiting(true)
	if err := client.Del(t.Context(), "product:299").Err(); err != nil {
		t.Fatal(err)
	}
	wantWaiting(false)
	tally.next()
	if tally.total.latencies.count != 1 || tally.wide.count != 1 || tally.widest != 300 {
		t.Errorf("%d changes visible, %d wide ones, of up to %d documents", tally.total.latencies.count, tally.wide.count, tally.widest)
	}
	if _, ok := p.take(c.random); !ok {
		t.Error("the row is still held")
	}
}

func TestWatcherGivesUpInTheEnd(t *testing.T) {
	t.Parallel()
	tally := newTally()
	w := newWatcher(redisClient(t), tally)
	c := &change{kind: kinds[0], text: "never"}
	c.watch(present, "", document("product:1"))
	w.add(c, time.Now().Add(-patience-time.Second))
	w.ask(t.Context())
	if len(tally.unseen) != 1 || !w.idle() || tally.now.latencies.count != 0 {
		t.Errorf("unseen %v, idle %v", tally.unseen, w.idle())
	}
}

func TestWatcherEndsWhenNothingIsToCome(t *testing.T) {
	t.Parallel()
	client := redisClient(t)
	w := newWatcher(client, newTally())
	c := &change{kind: kinds[0]}
	c.watch(present, "", document("product:1"))
	writing, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		w.run(context.Background(), writing)
	}()
	w.add(c, time.Now())
	close(writing)
	set(t, client, "product:1", "{}")
	select {
	case <-done:
	case <-time.After(2 * time.Minute):
		t.Fatal("still asking")
	}
	if !w.idle() {
		t.Error("ended before the change was seen")
	}
}

func TestWitness(t *testing.T) {
	t.Parallel()
	held := []byte(`{"name":"new","tags":["a & b"]}`)
	for _, c := range []struct {
		w           witness
		there, gone bool // what is seen of the document, and of none
	}{
		{witness{place{}, present, ""}, true, false},
		{witness{place{}, gone, ""}, false, true},
		{witness{place{}, contains, quoted("a & b")}, true, false},
		{witness{place{}, contains, quoted("old")}, false, false},
		{witness{place{}, is, string(held)}, true, false},
		{witness{place{}, is, `{"name":"new"`}, false, false},
		{witness{place{}, lacks, quoted("old")}, true, true},
		{witness{place{}, lacks, quoted("new")}, false, true},
	} {
		if there, gone := c.w.seen(held), c.w.seen(nil); there != c.there || gone != c.gone {
			t.Errorf("%+v: %v and %v, want %v and %v", c.w, there, gone, c.there, c.gone)
		}
	}
}

func TestPoolGivesEachRowOnce(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 1))
	p := newPool([]int64{1, 2, 3})
	p.remove(2)
	p.remove(2)
	p.add(4)
	taken := map[int64]bool{}
	for range 100 {
		if id, ok := p.take(random); ok {
			if taken[id] || id == 2 {
				t.Fatalf("took %d, having %v", id, taken)
			}
			taken[id] = true
		}
	}
	if len(taken) != 3 || p.size() != 3 {
		t.Errorf("took %v of %d", taken, p.size())
	}
	p.release(4)
	p.remove(4)
	if id, ok := p.take(random); ok {
		t.Errorf("took %d, and all are held or gone", id)
	}
}
