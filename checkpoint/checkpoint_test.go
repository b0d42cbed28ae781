package checkpoint

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"materializer/cdc"
)

func TestDecide(t *testing.T) {
	t.Parallel()
	state := State{Present: true, SystemID: "7", Timeline: 1, Slot: "s", Fingerprint: "f", Position: 100}
	server := Server{SystemID: "7", Timeline: 1, Flushed: 200, Slot: "s", Exists: true, Confirmed: 90}
	tests := map[string]struct {
		change func(*State, *Server)
		want   Action
		reason string
	}{
		"nothing changed":         {func(*State, *Server) {}, Resume, "complete up to 0/64"},
		"slot confirmed the same": {func(_ *State, v *Server) { v.Confirmed = 100 }, Resume, ""},
		"server ends where we do": {func(_ *State, v *Server) { v.Flushed = 100 }, Resume, ""},
		"no state":                {func(s *State, _ *Server) { s.Present = false }, Load, "no local state"},
		"other plan":              {func(s *State, _ *Server) { s.Fingerprint = "g" }, Load, "projections"},
		"other cluster":           {func(_ *State, v *Server) { v.SystemID = "8" }, Halt, "another PostgreSQL cluster"},
		"other cluster and plan":  {func(s *State, v *Server) { v.SystemID, s.Fingerprint = "8", "g" }, Halt, "another PostgreSQL cluster"},
		"slot gone":               {func(_ *State, v *Server) { v.Exists = false }, Load, "is gone"},
		"slot lost":               {func(_ *State, v *Server) { v.Lost = "wal_removed" }, Load, "wal_removed"},
		"slot advanced":           {func(_ *State, v *Server) { v.Confirmed = 101 }, Load, "moved ahead"},
		"server restored":         {func(_ *State, v *Server) { v.Flushed = 99 }, Load, "back in time"},
		"failover":                {func(_ *State, v *Server) { v.Timeline = 2 }, Load, "timeline 2"},
		"changes missing":         {func(s *State, _ *Server) { s.Incomplete = "a table was not published" }, Load, "not published"},
		"slot renamed":            {func(_ *State, v *Server) { v.Slot = "r" }, Load, "slot is now r"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s, v := state, server
			test.change(&s, &v)
			got := Decide(s, v, "f")
			if got.Action != test.want || !strings.Contains(got.Reason, test.reason) {
				t.Errorf("Decide = %v (%s), want %v with %q", got.Action, got.Reason, test.want, test.reason)
			}
		})
	}
}

// TestPositionsKeepTheirOrder drives positions at random: whatever happens,
// nothing is confirmed or visible that is not durable.
func TestPositionsKeepTheirOrder(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		var p Positions
		lsn := func() cdc.LSN { return cdc.LSN(rapid.IntRange(0, 50).Draw(t, "lsn")) }
		t.Repeat(map[string]func(*rapid.T){
			"receive": func(*rapid.T) { p.Receive(lsn()) },
			"persist": func(t *rapid.T) {
				before := p.Now()
				if got := p.Persist(lsn(), time.Time{}); got < before.Durable {
					t.Fatalf("Persist lets %s be confirmed, which is behind the durable %s", got, before.Durable)
				}
			},
			"show": func(*rapid.T) { p.Show(min(lsn(), p.Now().Durable), time.Time{}) },
			"lose": func(t *rapid.T) {
				lost := lsn()
				if p.Lose(lost); p.Now().Visible > lost {
					t.Fatalf("Redis holds documents up to %s only, visible is %s", lost, p.Now().Visible)
				}
			},
			"": func(t *rapid.T) { checkOrder(t, p.Now()) },
		})
	})
}

func checkOrder(t *rapid.T, s Snapshot) {
	if s.Behind.IsZero() != (s.Visible == s.Durable) {
		t.Fatalf("behind since %v with durable %s and visible %s", s.Behind, s.Durable, s.Visible)
	}
	if s.Received < s.Durable || s.Durable < s.Confirmed || s.Durable < s.Visible {
		t.Fatalf("positions out of order: %+v", s)
	}
}

func TestShowBeforeDurablePanics(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("Show of a position that is not durable did not panic")
		}
	}()
	var p Positions
	p.Show(1, time.Time{})
}

func TestWait(t *testing.T) {
	t.Parallel()
	var p Positions
	p.Reset(10)
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 2)
	go func() { done <- p.Wait(t.Context(), 10) }()
	p.Show(9, time.Time{})
	p.Show(10, time.Time{})
	if err := <-done; err != nil {
		t.Errorf("Wait for what became visible: %v", err)
	}
	go func() { done <- p.Wait(ctx, 11) }()
	cancel()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("Wait past the end = %v, want the context's error", err)
	}
}
