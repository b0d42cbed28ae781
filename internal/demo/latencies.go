package demo

import (
	"fmt"
	"math/bits"
	"time"
)

// latencies counts durations in buckets that are 3 % wide, so that it stays
// small however long the demo runs. The zero value is empty.
type latencies struct {
	buckets [64 * perDoubling]int64
	count   int64
	longest time.Duration
}

const perDoubling = 32

func (l *latencies) add(d time.Duration) {
	l.buckets[bucketOf(d)]++
	l.count++
	l.longest = max(l.longest, d)
}

func (l *latencies) addAll(other *latencies) {
	for i, n := range other.buckets {
		l.buckets[i] += n
	}
	l.count += other.count
	l.longest = max(l.longest, other.longest)
}

// bucketOf numbers the bucket of a duration: below 32 ns exact, then 32 buckets
// for each doubling.
func bucketOf(d time.Duration) int {
	n := uint64(max(d, 0))
	if n < perDoubling {
		return int(n)
	}
	shift := bits.Len64(n) - 6 // leaves 32 to 63
	return shift*perDoubling + int(n>>shift)
}

// upperEnd is the longest duration in a bucket.
func upperEnd(bucket int) time.Duration {
	if bucket < 2*perDoubling {
		return time.Duration(bucket)
	}
	shift := bucket/perDoubling - 1
	return time.Duration(uint64(bucket-shift*perDoubling+1)<<shift - 1)
}

// percentile is a duration that so many of 100 were not above.
func (l *latencies) percentile(p int) time.Duration {
	rank := (l.count*int64(p) + 99) / 100
	var seen int64
	for i, n := range l.buckets {
		if seen += n; n > 0 && seen >= rank {
			return min(upperEnd(i), l.longest)
		}
	}
	return 0
}

// short writes a duration so that it is read at a glance: 1.3 ms, 12 ms, 1.2 s.
func short(d time.Duration) string {
	switch ms := float64(d) / float64(time.Millisecond); {
	case ms < 0.1:
		return "<0.1 ms"
	case ms < 9.95:
		return fmt.Sprintf("%.1f ms", ms)
	case ms < 999.5:
		return fmt.Sprintf("%.0f ms", ms)
	default:
		return fmt.Sprintf("%.1f s", d.Seconds())
	}
}
