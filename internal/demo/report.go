package demo

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// explain says what the lines mean that follow.
func (d *demo) explain() {
	for _, line := range []string{
		"",
		fmt.Sprintf("Now the shop is open, with about %s transactions a second.", thousands(d.Rate)),
		"  commits/s    transactions committed in PostgreSQL",
		"  documents/s  documents and members that materializer wrote to Redis for them",
		"  visible      from the return of COMMIT until a reader, who asks Redis about every 0.1 ms, finds the change there; " +
			"a rename counts when every document shows it. p50: half of the changes took no longer; p99: 99 of 100",
		"",
	} {
		d.screen.say("%s", line)
	}
}

// report tells every second what happened in it, until writing ends.
func (d *demo) report(ctx context.Context, writing <-chan struct{}) {
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	before, last := d.keysWritten(ctx), time.Now()
	turn := 0
	for {
		select {
		case <-tick.C:
		case <-writing:
			return
		}
		now, written := d.tally.next(), d.keysWritten(ctx)
		at := time.Now()
		took := at.Sub(last).Seconds()
		last = at
		rates := fmt.Sprintf("%4d s  %5s commits/s  %6s documents/s", int(at.Sub(d.opened).Seconds()+0.5),
			perSecond(now.commits, took), perSecond(max(written-before, 0), took))
		visible := fmt.Sprintf("  visible p50 %s, p99 %s", figure(&now.latencies, 50), figure(&now.latencies, 99))
		before = written
		switch {
		case !d.screen.live():
			d.screen.show(rates + visible + d.oneOf(now, &turn))
		case len(rates)+len(visible) > d.screen.width():
			d.screen.show(append([]string{rates, visible}, d.lastOfEach()...)...)
		default:
			d.screen.show(append([]string{rates + visible}, d.lastOfEach()...)...)
		}
	}
}

func perSecond(n int64, took float64) string { return thousands(int64(float64(n)/took + 0.5)) }

// figure is a percentile, or a dash where nothing was seen.
func figure(l *latencies, p int) string {
	if l.count == 0 {
		return "-"
	}
	return short(l.percentile(p))
}

// keysWritten is 0 while the materializer does not answer.
func (d *demo) keysWritten(ctx context.Context) int64 {
	now, err := d.service.counters(ctx)
	if err != nil {
		return 0
	}
	return now.keysWritten
}

// lastOfEach is the last change of each kind, one line each.
func (d *demo) lastOfEach() []string {
	width := min(d.screen.width(), 120)
	end := "visible after"
	if width < 90 {
		end = "in"
	}
	text := max(width-len(end)-12, 20)
	var lines []string
	for _, k := range kinds {
		if s, ok := d.tally.total.samples[k]; ok {
			lines = append(lines, fmt.Sprintf("  %-*s %s %7s", text, cut(s.text, text), end, short(s.took)))
		}
	}
	return lines
}

// oneOf is a change of the last second, of one kind after the other.
func (d *demo) oneOf(now second, turn *int) string {
	for range kinds {
		k := kinds[*turn%len(kinds)]
		*turn++
		if s, ok := now.samples[k]; ok {
			return fmt.Sprintf("   e.g. %s, visible after %s", s.text, short(s.took))
		}
	}
	return ""
}

// summarize tells of the whole, and compares documents with PostgreSQL.
func (d *demo) summarize(ctx context.Context) error {
	took := d.closed.Sub(d.opened)
	d.tally.next()
	t := d.tally
	d.screen.say("\nIn %s:", many(int64(took.Seconds()+0.5), "second", "seconds"))
	d.screen.say("  %s committed, %s a second: %s", many(t.total.commits, "transaction", "transactions"),
		perSecond(t.total.commits, took.Seconds()), byKind(t.total.kinds))
	if t.skips > 0 {
		d.screen.say("  %s not made, because the rows were in use or gone", many(t.skips, "transaction was", "transactions were"))
	}
	d.screen.say("  visible in Redis: p50 %s, p99 %s, longest %s after COMMIT, over %s",
		figure(&t.total.latencies, 50), figure(&t.total.latencies, 99), short(t.total.latencies.longest), many(t.total.latencies.count, "change", "changes"))
	if t.wide.count > 0 {
		d.screen.say("  of these, renames and moves that show in up to %s: p50 %s, p99 %s",
			many(t.widest, "document", "documents"), short(t.wide.percentile(50)), short(t.wide.percentile(99)))
	}
	if len(t.unseen) > 0 {
		d.screen.say("  %s not seen within %s, such as: %s", many(len(t.unseen), "change was", "changes were"), patience, t.unseen[0])
	}
	if ctx.Err() != nil {
		return errors.New("not everything became visible in time")
	}
	return d.conclude(ctx)
}

// conclude compares documents with PostgreSQL.
func (d *demo) conclude(ctx context.Context) error {
	result, err := check(ctx, d.conn, d.client, d.service)
	if err != nil {
		return fmt.Errorf("compare documents with PostgreSQL: %w", err)
	}
	if result.difference != "" {
		return fmt.Errorf("a document differs from what SQL answers: %s", result.difference)
	}
	d.screen.say("  %s, drawn at random, equal what queries written by hand return from PostgreSQL", strings.Join(result.compared, ", "))
	if len(d.tally.unseen) > 0 {
		return fmt.Errorf("%s did not become visible as expected; did somebody else write to the shop?", many(len(d.tally.unseen), "change", "changes"))
	}
	return nil
}

func byKind(counts map[*kind]int64) string {
	var parts []string
	for _, k := range kinds {
		if n := counts[k]; n > 0 {
			parts = append(parts, thousands(n)+" "+k.name)
		}
	}
	return strings.Join(parts, ", ")
}
