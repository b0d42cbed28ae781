package writer

import (
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

// limited returns the URL of a user who may write below product: only.
func limited(t *testing.T, server *servers.Redis) string {
	t.Helper()
	do(t, client(t, server.URL()), "acl", "setuser", "app", "on", ">secret", "~materializer:shop:*", "~product:*",
		"+@all", "-@dangerous", "+client|list", "+client|kill")
	return "redis://app:secret@" + server.Addr
}

// Documents that the user may not write are named, all others are written.
func TestForbiddenKeys(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	r := open(t, limited(t, server))
	for n, size := range []int{5, 2500} {
		round := []Command{set("other:1", "x"), set("product:1", "x"), del("other:2"), del("product:0")}
		for i := range size {
			round = append(round, set(fmt.Sprint("product:a", i), fmt.Sprint(n)))
		}
		round = append(round, set("other:3", "x"), del("product:1"), set("product:last", fmt.Sprint(n)))
		err := r.Write(t.Context(), round, marker(n))
		var refused *RefusedError
		if !errors.As(err, &refused) || !refused.MarkerMoved {
			t.Fatalf("got %v, want a RefusedError", err)
		}
		var keys []string
		for _, d := range refused.Documents {
			keys = append(keys, string(d.Key))
		}
		if diff := cmp.Diff([]string{"other:1", "other:2", "other:3"}, keys); diff != "" {
			t.Errorf("refused (-want +got):\n%s", diff)
		}
		wantValues(t, r, map[string]string{
			"product:1": "", "product:a0": fmt.Sprint(n), fmt.Sprint("product:a", size-1): fmt.Sprint(n), "product:last": fmt.Sprint(n),
		})
	}
	if err := r.Probe(t.Context()); err != nil {
		t.Error(err)
	}
	if n, err := client(t, server.URL()).Exists(t.Context(), "other:1", "other:3").Result(); n != 0 || err != nil {
		t.Errorf("%d forbidden keys were written, %v", n, err)
	}
	m, ok := connect(t, r)
	wantMarker(t, m, ok, marker(1))
}

// Nothing of ours may be written any more: that is no document's fault.
func TestForbiddenCommand(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	operator := client(t, server.URL())
	r := open(t, limited(t, server))
	for _, taken := range []string{"-hset", "-multi", "-exec", "-watch"} {
		do(t, operator, "acl", "setuser", "app", taken)
		wantCause(t, r.Write(t.Context(), []Command{set("product:1", "x")}, marker(1)), Permission)
		do(t, operator, "acl", "setuser", "app", "+"+taken[1:])
		connect(t, r)
	}
	write(t, r, marker(2), set("product:1", "x"))
}

// Where the search for forbidden keys lets go of the marker, a loss must not slip through.
func TestLossWhileSearching(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	r := open(t, limited(t, server))
	write(t, r, marker(1), set("product:1", "x"))
	do(t, client(t, server.URL()), "flushall")
	wantLost(t, r.Write(t.Context(), []Command{set("other:1", "x"), set("product:2", "x")}, marker(2)))
}
