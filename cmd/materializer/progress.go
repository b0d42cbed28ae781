package main

import (
	"context"
	"fmt"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/prometheus/client_golang/prometheus"
	dto "github.com/prometheus/client_model/go"

	"materializer/pipeline"
	"materializer/projections"
	"materializer/replication"
)

const (
	tellEvery = 5 * time.Second        // in logs
	showEvery = 200 * time.Millisecond // on a terminal
)

// progress tells how the first load comes along: rows copied from PostgreSQL,
// then documents written to Redis.
type progress struct {
	documents int64 // that a load leads to, as the server estimates; 0 if it does not

	mu      sync.Mutex
	copied  replication.Progress
	of      int64 // documents expected in the phase
	phase   string
	began   time.Time // of the phase
	already float64   // documents rendered before the phase
}

// load notes how far the copy is; called while copying.
func (g *progress) load(now replication.Progress) {
	g.mu.Lock()
	defer g.mu.Unlock()
	g.copied = now
}

// tell reports until the context ends: on a terminal as one live line, otherwise
// as a log line now and then.
func (g *progress) tell(ctx context.Context, p *pipeline.Pipeline, m *pipeline.Metrics, console *console, log *slog.Logger) {
	every := tellEvery
	if console.terminal {
		every = showEvery
		defer console.show("")
	}
	tick := time.NewTicker(every)
	defer tick.Stop()
	for {
		select {
		case <-tick.C:
		case <-ctx.Done():
			return
		}
		now, ok := g.look(p.Phase(), m, time.Now())
		switch {
		case console.terminal && ok:
			console.show(now.line())
		case console.terminal:
			console.show("")
		case ok:
			now.log(log)
		}
	}
}

// look is what there is to tell, if there is anything.
func (g *progress) look(phase string, m *pipeline.Metrics, now time.Time) (step, bool) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if phase != g.phase {
		g.of = 0
		if g.phase == "loading" {
			g.of = g.documents
		}
		g.phase, g.began, g.already = phase, now, value(m.Rendered)
		if phase == "loading" {
			g.copied = replication.Progress{} // of a load before
		}
	}
	switch phase {
	case "loading":
		s := step{what: "loading", unit: "rows", done: g.copied.Rows, of: g.copied.TotalRows, took: g.copied.Elapsed}
		if g.copied.Table != nil {
			s.table = g.copied.Table.String()
		}
		return s, g.copied.Rows > 0
	case "catching up":
		s := step{what: "publishing", unit: "documents", done: int64(value(m.Rendered) - g.already), of: g.of, took: now.Sub(g.began)}
		return s, s.done > 0
	}
	return step{}, false
}

// expected is how many documents the projections have, as the server estimates;
// 0 if it does not know.
func expected(plan *projections.Plan) int64 {
	total := 0.0
	for _, projection := range plan.Projections {
		rows := projection.Root.Table.Catalog.Rows
		if rows < 0 {
			return 0
		}
		total += rows
	}
	return int64(total)
}

// value reads a counter.
func value(c prometheus.Counter) float64 {
	var read dto.Metric
	if err := c.Write(&read); err != nil {
		return 0 // never: it is a plain counter
	}
	return read.GetCounter().GetValue()
}

// step is how far something has come.
type step struct {
	what, unit string
	done, of   int64 // of is an estimate, 0 if there is none
	took       time.Duration
	table      string
}

func (s step) rate() float64 {
	if s.took <= 0 {
		return 0
	}
	return float64(s.done) / s.took.Seconds()
}

// left is how long it may take still; false if nobody knows.
func (s step) left() (time.Duration, bool) {
	if s.of <= s.done || s.rate() == 0 {
		return 0, false
	}
	return time.Duration(float64(s.of-s.done) / s.rate() * float64(time.Second)).Round(time.Second), true
}

// line is the step for a terminal.
func (s step) line() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s: %s", s.what, thousands(s.done))
	if s.of > s.done {
		fmt.Fprintf(&b, " of about %s", thousands(s.of))
	}
	fmt.Fprintf(&b, " %s, %s a second", s.unit, thousands(int64(s.rate())))
	if left, ok := s.left(); ok {
		fmt.Fprintf(&b, ", %s left", left)
	}
	if s.table != "" {
		fmt.Fprintf(&b, " (%s)", s.table)
	}
	return b.String()
}

// log is the step for a log.
func (s step) log(log *slog.Logger) {
	facts := []any{s.unit, s.done, "per_second", int64(s.rate())}
	if s.of > s.done {
		facts = append(facts, "estimate", s.of)
	}
	if left, ok := s.left(); ok {
		facts = append(facts, "left", left.String())
	}
	if s.table != "" {
		facts = append(facts, "table", s.table)
	}
	log.Info(s.what, facts...)
}

// thousands writes a number with separators: 1,234,567.
func thousands(n int64) string {
	digits := strconv.FormatInt(n, 10)
	for i := len(digits) - 3; i > 0 && digits[i-1] != '-'; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits
}
