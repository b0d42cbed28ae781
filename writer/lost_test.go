package writer

import (
	"fmt"
	"testing"

	"materializer/internal/servers"
	"materializer/internal/servers/servertest"
)

func many(n int, value string) []Command {
	var round []Command
	for i := range n {
		round = append(round, set(fmt.Sprint("m", i), value))
	}
	return round
}

// Whatever happens to the data behind our back, the next Write or Probe says
// so, and does not claim a position that Redis does not have.
func TestLossIsNoticed(t *testing.T) {
	t.Parallel()
	old := marker(1)
	for name, c := range map[string]struct {
		harm  []any
		found *Marker
	}{
		"flushall":       {harm: []any{"flushall"}},
		"flushdb async":  {harm: []any{"flushdb", "async"}},
		"swapdb":         {harm: []any{"swapdb", "0", "1"}},
		"marker deleted": {harm: []any{"del", "materializer:shop:position"}},
		"marker changed": {harm: []any{"hset", "materializer:shop:position", "round", old.Round, "lsn", old.LSN.String(), "commit_time", formatTime(old.Time)}, found: &old},
	} {
		for _, size := range []int{1, 5000} {
			t.Run(fmt.Sprint(name, size), func(t *testing.T) {
				t.Parallel()
				url := servertest.Redis(t)
				r := open(t, url)
				write(t, r, marker(1), set("a", "1"))
				write(t, r, marker(2), set("b", "2"))
				do(t, client(t, url), c.harm...)
				lost := wantLost(t, r.Write(t.Context(), many(size, "x"), marker(3)))
				wantFound(t, lost.Found, lost.OK, c.found)
				m, ok := connect(t, r)
				wantFound(t, m, ok, c.found)
				write(t, r, marker(3), set("a", "1"), set("b", "2"))
				if err := r.Probe(t.Context()); err != nil {
					t.Error(err)
				}
			})
		}
		t.Run(name+" when idle", func(t *testing.T) {
			t.Parallel()
			url := servertest.Redis(t)
			r := open(t, url)
			write(t, r, marker(2), set("a", "1"))
			if err := r.Probe(t.Context()); err != nil {
				t.Fatal(err)
			}
			do(t, client(t, url), c.harm...)
			lost := wantLost(t, r.Probe(t.Context()))
			wantFound(t, lost.Found, lost.OK, c.found)
		})
	}
}

func wantFound(t testing.TB, m Marker, ok bool, want *Marker) {
	t.Helper()
	if want == nil {
		if ok {
			t.Errorf("found %+v, want no marker", m)
		}
		return
	}
	wantMarker(t, m, ok, *want)
}

// Between Connect to an empty Redis and the first marker there is much to
// write, and just as much to lose.
func TestLossBeforeTheFirstMarker(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	r := open(t, url)
	if err := r.Push(t.Context(), many(1000, "x")); err != nil {
		t.Fatal(err)
	}
	do(t, client(t, url), "flushall")
	if lost := wantLost(t, r.Write(t.Context(), nil, marker(1))); lost.OK {
		t.Errorf("found %+v", lost.Found)
	}
	if _, ok := connect(t, r); ok {
		t.Error("found a marker")
	}
}

func TestRestartWithoutData(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	r := open(t, server.URL())
	write(t, r, marker(1), set("a", "1"))
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	wantCause(t, r.Write(t.Context(), many(1, "x"), marker(2)), Unreachable)
	_, _, err := r.Connect(t.Context())
	wantCause(t, err, Unreachable)
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if m, ok := connect(t, r); ok {
		t.Errorf("found %+v in an empty server", m)
	}
}

func TestRestartWithOlderData(t *testing.T) {
	t.Parallel()
	server := servertest.RedisWith(t, servers.RedisOptions{})
	r := open(t, server.URL())
	write(t, r, marker(1), set("a", "1"))
	if err := server.Save(t.Context()); err != nil {
		t.Fatal(err)
	}
	write(t, r, marker(2), set("a", "2"))
	if err := server.Kill(); err != nil {
		t.Fatal(err)
	}
	if err := server.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	wantCause(t, r.Probe(t.Context()), Unreachable)
	m, ok := connect(t, r)
	wantMarker(t, m, ok, marker(1))
}

// Two writers of one name: the later one kills the earlier one's connection;
// should that one come back without a fence, the marker still tells them apart.
func TestSecondWriter(t *testing.T) {
	t.Parallel()
	url := servertest.Redis(t)
	first := open(t, url)
	write(t, first, marker(1), set("a", "first"))
	second := open(t, url)
	wantCause(t, first.Write(t.Context(), many(1, "x"), marker(2)), Unreachable)
	write(t, second, marker(2), set("a", "second"))

	first.unfenced = true
	connect(t, first)
	other := marker(3)
	other.StateID = "state-2"
	write(t, second, other)
	lost := wantLost(t, first.Write(t.Context(), []Command{set("a", "first")}, marker(3)))
	wantMarker(t, lost.Found, lost.OK, other)
	wantValues(t, second, map[string]string{"a": "second"})
}
