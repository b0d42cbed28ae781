package main

import (
	"cmp"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// table is one result, printed in the form of Markdown.
type table struct {
	title string
	head  []string
	rows  [][]string
	note  string
}

func (t table) print(to io.Writer) error {
	widths := make([]int, len(t.head))
	for _, row := range append([][]string{t.head}, t.rows...) {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "\n### %s\n\n", t.title)
	line := func(cells []string) {
		for i, cell := range cells {
			pad := strings.Repeat(" ", widths[i]-len([]rune(cell)))
			if i == 0 {
				b.WriteString("| " + cell + pad + " |")
				continue
			}
			b.WriteString(" " + pad + cell + " |")
		}
		b.WriteString("\n")
	}
	line(t.head)
	for i, width := range widths {
		if i == 0 {
			b.WriteString("|" + strings.Repeat("-", width+2) + "|")
			continue
		}
		b.WriteString(strings.Repeat("-", width+1) + ":|")
	}
	b.WriteString("\n")
	for _, row := range t.rows {
		line(row)
	}
	if t.note != "" {
		b.WriteString("\n" + t.note + "\n")
	}
	_, err := io.WriteString(to, b.String())
	return err
}

// title fills numbers into a heading, with commas.
func title(workload, format string, numbers ...int) string {
	texts := make([]any, len(numbers))
	for i, n := range numbers {
		texts[i] = number(n)
	}
	return workload + ": " + fmt.Sprintf(format, texts...)
}

// rates are the outcomes of an experiment that handles a number of things as
// fast as it can.
type rates struct {
	title     string
	unit      string
	things    int
	names     []string
	reference string
	outcomes  map[string][]outcome // by contestant; run by run
}

func newRates[T contestant](unit string, things int, contestants []T, reference string) *rates {
	r := &rates{unit: unit, things: things, reference: reference, outcomes: map[string][]outcome{}}
	for _, c := range contestants {
		r.names = append(r.names, c.name())
	}
	return r
}

func (r *rates) add(c contestant, o outcome) { r.outcomes[c.name()] = append(r.outcomes[c.name()], o) }

func (r *rates) rate(o outcome) float64 { return float64(r.things) / o.took.Seconds() }

// table has the median of the rates, and of the ratios of runs on the same backlog.
func (r *rates) table() table {
	t := table{title: r.title, head: []string{
		"", r.unit + "/s", "of " + r.reference, "lowest to highest", "CPU µs per " + strings.TrimSuffix(r.unit, "s"), "own", "PostgreSQL", "Redis", "peak memory"}}
	for _, name := range r.names {
		var speed, ratio, own, postgres, redis []float64
		var memory int64
		for run, o := range r.outcomes[name] {
			speed = append(speed, r.rate(o))
			ratio = append(ratio, r.rate(o)/r.rate(r.outcomes[r.reference][run]))
			own = append(own, r.each(o.used.own))
			postgres = append(postgres, r.each(o.used.postgres))
			redis = append(redis, r.each(o.used.redis))
			memory = max(memory, o.memory)
		}
		t.rows = append(t.rows, []string{
			name, rounded(median(speed)), fmt.Sprintf("%.2f", median(ratio)),
			fmt.Sprintf("%.2f to %.2f", slices.Min(ratio), slices.Max(ratio)),
			micros(median(own) + median(postgres) + median(redis)), micros(median(own)), micros(median(postgres)), micros(median(redis)),
			megabytes(memory)})
	}
	return t
}

// each is the processor time for one thing, in microseconds.
func (r *rates) each(spent time.Duration) float64 {
	return float64(spent.Microseconds()) / float64(r.things)
}

// latencies are the outcomes of an experiment in which commits are followed.
type latencies struct {
	title string
	rate  int
	names []string
	runs  map[string][]delays
}

// delays are the percentiles of one run, in milliseconds.
type delays struct {
	achieved                     float64 // commits per second
	commit                       float64 // the median that COMMIT itself took
	after50, after99, afterWorst float64 // from its return until seen
	before50, before99           float64 // from its sending until seen
	own, postgres, redis         float64 // processor time for each commit, in microseconds
	memory                       int64
}

func newLatencies(followers []follower, rate int) *latencies {
	l := &latencies{rate: rate, runs: map[string][]delays{}}
	for _, f := range followers {
		l.names = append(l.names, f.name())
	}
	return l
}

// add takes all samples of a run, the warm-up's too: they have cost processor time.
func (l *latencies) add(f follower, samples []*sample, o outcome) {
	var commit, after, before []float64
	samples = samples[l.rate*int(warmUp/time.Second):]
	for _, s := range samples {
		commit = append(commit, milliseconds(s.returned-s.sent))
		after = append(after, milliseconds(time.Duration(s.seen.Load())-s.returned))
		before = append(before, milliseconds(time.Duration(s.seen.Load())-s.sent))
	}
	each := func(spent time.Duration) float64 { return float64(spent.Microseconds()) / float64(len(samples)) }
	d := delays{memory: o.memory, own: each(o.used.own), postgres: each(o.used.postgres), redis: each(o.used.redis)}
	d.achieved = float64(len(samples)-1) / (samples[len(samples)-1].sent - samples[0].sent).Seconds()
	d.commit = percentile(commit, 50)
	d.after50, d.after99, d.afterWorst = percentile(after, 50), percentile(after, 99), percentile(after, 100)
	d.before50, d.before99 = percentile(before, 50), percentile(before, 99)
	l.runs[f.name()] = append(l.runs[f.name()], d)
}

func (l *latencies) table() table {
	t := table{title: l.title, head: []string{
		"ms", "commits/s", "COMMIT itself p50", "after COMMIT p50", "p99", "worst", "from before COMMIT p50", "p99", "CPU µs per commit, own", "PostgreSQL", "Redis", "peak memory"}}
	for _, name := range l.names {
		of := func(field func(delays) float64) float64 {
			var all []float64
			for _, d := range l.runs[name] {
				all = append(all, field(d))
			}
			return median(all)
		}
		ms := func(field func(delays) float64) string { return fmt.Sprintf("%.2f", of(field)) }
		t.rows = append(t.rows, []string{
			name, rounded(of(func(d delays) float64 { return d.achieved })),
			ms(func(d delays) float64 { return d.commit }),
			ms(func(d delays) float64 { return d.after50 }), ms(func(d delays) float64 { return d.after99 }), ms(func(d delays) float64 { return d.afterWorst }),
			ms(func(d delays) float64 { return d.before50 }), ms(func(d delays) float64 { return d.before99 }),
			micros(of(func(d delays) float64 { return d.own })), micros(of(func(d delays) float64 { return d.postgres })), micros(of(func(d delays) float64 { return d.redis })),
			megabytes(int64(of(func(d delays) float64 { return float64(d.memory) }))),
		})
	}
	t.note = "Negative: seen before the client had heard that its commit was done. PostgreSQL's time includes the writes themselves."
	return t
}

func milliseconds(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// percentile is the value that p percent of the values do not exceed.
func percentile(values []float64, p float64) float64 {
	sorted := slices.Sorted(slices.Values(values))
	if len(sorted) == 0 {
		return 0
	}
	at := int(p/100*float64(len(sorted))+0.5) - 1
	return sorted[min(max(at, 0), len(sorted)-1)]
}

func median(values []float64) float64 {
	sorted := slices.Clone(values)
	slices.SortFunc(sorted, cmp.Compare)
	n := len(sorted)
	switch {
	case n == 0:
		return 0
	case n%2 == 1:
		return sorted[n/2]
	}
	return (sorted[n/2-1] + sorted[n/2]) / 2
}

// number prints thousands with commas.
func number(n int) string {
	text := strconv.Itoa(n)
	for at := len(text) - 3; at > 0; at -= 3 {
		text = text[:at] + "," + text[at:]
	}
	return text
}

// rounded is a number of which three digits are meant.
func rounded(f float64) string {
	unit := 1.0
	for f/unit >= 1000 {
		unit *= 10
	}
	return number(int(math.Round(f/unit) * unit))
}

func micros(f float64) string {
	if f == 0 {
		return "-"
	}
	return fmt.Sprintf("%.1f", f)
}

func megabytes(n int64) string {
	if n == 0 {
		return "-"
	}
	return fmt.Sprintf("%d MB", n>>20)
}
