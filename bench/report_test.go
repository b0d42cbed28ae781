package main

import (
	"strings"
	"testing"
	"time"
)

func TestMedian(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		values []float64
		want   float64
	}{{nil, 0}, {[]float64{3}, 3}, {[]float64{9, 1, 5}, 5}, {[]float64{4, 1, 2, 3}, 2.5}} {
		if got := median(c.values); got != c.want {
			t.Errorf("median of %v: got %v, want %v", c.values, got, c.want)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var hundred []float64
	for i := 100; i > 0; i-- {
		hundred = append(hundred, float64(i))
	}
	for p, want := range map[float64]float64{50: 50, 99: 99, 100: 100, 0: 1} {
		if got := percentile(hundred, p); got != want {
			t.Errorf("percentile %v: got %v, want %v", p, got, want)
		}
	}
	if got := percentile(nil, 50); got != 0 {
		t.Errorf("percentile of nothing: got %v, want 0", got)
	}
}

func TestNumbers(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1,000", 1234567: "1,234,567"} {
		if got := number(n); got != want {
			t.Errorf("number %d: got %s, want %s", n, got, want)
		}
	}
	for f, want := range map[float64]string{0: "0", 12.4: "12", 998.7: "999", 123456: "123,000", 99960: "100,000"} {
		if got := rounded(f); got != want {
			t.Errorf("rounded %v: got %s, want %s", f, got, want)
		}
	}
}

// A ratio compares runs on the same backlog, whatever the machine did between them.
func TestRatesCompareRunByRun(t *testing.T) {
	t.Parallel()
	reference, other := &recvlogical{}, &stream{}
	r := newRates("changes", 1000, []drainer{reference, other}, reference.name())
	for _, seconds := range []time.Duration{1, 10, 2} {
		r.add(reference, outcome{took: seconds * time.Second})
		r.add(other, outcome{took: 2 * seconds * time.Second, used: usage{own: 5 * time.Millisecond}})
	}
	rows := r.table().rows
	want := []string{other.name(), "250", "0.50", "0.50 to 0.50", "5.0", "5.0", "-", "-", "-"}
	if got := strings.Join(rows[1], "|"); got != strings.Join(want, "|") {
		t.Errorf("got %s, want %s", got, strings.Join(want, "|"))
	}
}

func TestLatenciesLeaveOutTheWarmUp(t *testing.T) {
	t.Parallel()
	f := &stream{}
	l := newLatencies([]follower{f}, 10)
	var samples []*sample
	for i := range 30 {
		at := time.Duration(i) * 100 * time.Millisecond
		s := &sample{sent: at, returned: at + time.Millisecond}
		late := time.Duration(3)
		if i < 10 { // the first second
			late = 1000
		}
		s.seen.Store(int64(at + late*time.Millisecond))
		samples = append(samples, s)
	}
	l.add(f, samples, outcome{})
	got := l.runs[f.name()][0]
	if got.after50 != 2 || got.afterWorst != 2 || got.before99 != 3 || got.commit != 1 || int(got.achieved+0.5) != 10 {
		t.Errorf("got %+v, want 2 ms after the return, 3 ms after the sending, at 10 per second", got)
	}
}

func TestTablePrintsMarkdown(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	err := table{title: "a title", head: []string{"", "µs"}, rows: [][]string{{"one", "1"}, {"three", "333"}}, note: "a note"}.print(&b)
	if err != nil {
		t.Fatal(err)
	}
	want := `
### a title

|       |  µs |
|-------|----:|
| one   |   1 |
| three | 333 |

a note
`
	if b.String() != want {
		t.Errorf("got %s, want %s", b.String(), want)
	}
}
