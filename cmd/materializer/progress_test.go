package main

import (
	"bytes"
	"log/slog"
	"testing"
	"time"

	"materializer/cdc"
	"materializer/pipeline"
	"materializer/replication"
)

func TestProgress(t *testing.T) {
	t.Parallel()
	g := progress{documents: 10_000}
	m := pipeline.NewMetrics()
	began := time.Unix(1000, 0)
	look := func(phase string, after time.Duration, want string) {
		t.Helper()
		got := ""
		if now, ok := g.look(phase, m, began.Add(after)); ok {
			got = now.line()
		}
		if got != want {
			t.Errorf("%s after %s: got %q, want %q", phase, after, got, want)
		}
	}
	look("starting", 0, "")
	look("loading", 0, "")
	g.load(replication.Progress{Table: &cdc.Table{Schema: "public", Name: "orders"}, Rows: 1_500_000, TotalRows: 6_000_000, Elapsed: 10 * time.Second})
	look("loading", 10*time.Second, "loading: 1,500,000 of about 6,000,000 rows, 150,000 a second, 30s left (orders)")
	g.load(replication.Progress{Rows: 7_000_000, TotalRows: 6_000_000, Elapsed: 70 * time.Second})
	look("loading", 70*time.Second, "loading: 7,000,000 rows, 100,000 a second")
	m.Rendered.Add(500)
	look("catching up", 80*time.Second, "")
	m.Rendered.Add(2000)
	look("catching up", 82*time.Second, "publishing: 2,000 of about 10,000 documents, 1,000 a second, 8s left")
	look("live", 90*time.Second, "")
	look("loading", 100*time.Second, "") // again, and nothing of the load before
}

func TestProgressInLogs(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	log := slog.New(slog.NewTextHandler(&out, nil))
	step{what: "loading", unit: "rows", done: 10, of: 30, took: time.Second, table: "orders"}.log(log)
	wantIn(t, out.String(), "msg=loading rows=10 per_second=10 estimate=30 left=2s table=orders")
}

func TestConsoleKeepsItsLine(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	c := newConsole(&out)
	if c.terminal {
		t.Error("a buffer is taken for a terminal")
	}
	write := func(text string) {
		if _, err := c.Write([]byte(text)); err != nil {
			t.Fatal(err)
		}
	}
	write("one\n")
	c.show("10 rows")
	write("two\n")
	c.show("20 rows")
	c.show("20 rows")
	c.show("")
	write("three\n")
	want := "one\n" + eraseLine + "10 rows" + eraseLine + "two\n10 rows" + eraseLine + "20 rows" + eraseLine + "three\n"
	if out.String() != want {
		t.Errorf("got  %q\nwant %q", out.String(), want)
	}
}

func TestThousands(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567", -1000: "-1,000", -100: "-100"} {
		if got := thousands(n); got != want {
			t.Errorf("%d: got %s, want %s", n, got, want)
		}
	}
}
