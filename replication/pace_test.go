package replication

import (
	"testing"
	"time"
)

// Rests are taken while much arrives and shortly after, never otherwise.
func TestPace(t *testing.T) {
	t.Parallel()
	start := time.Unix(1000, 0)
	for _, test := range []struct {
		name  string
		bytes int           // a read
		every time.Duration // reads
		want  bool
	}{
		{"trickle", 300, time.Millisecond, false},
		{"a large transaction now and then", 500_000, time.Second, false},
		{"backlog", 1000, 100 * time.Microsecond, true},
	} {
		p := pace{since: start}
		now := start
		for range 100 {
			now = now.Add(test.every)
			p.took(test.bytes, now)
		}
		if got := now.Before(p.until); got != test.want {
			t.Errorf("%s: rests %t, want %t", test.name, got, test.want)
		}
		now = now.Add(paceHold + time.Millisecond)
		if p.took(300, now); now.Before(p.until) {
			t.Errorf("%s: still rests after silence", test.name)
		}
	}
}
