package demo

import (
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

func TestPercentilesAreCloseToTheExactOnes(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(1, 2))
	var l, first, second latencies
	var all []time.Duration
	for i := range 10_000 {
		d := time.Duration(random.ExpFloat64() * float64(3*time.Millisecond))
		all = append(all, d)
		l.add(d)
		if i%2 == 0 {
			first.add(d)
		} else {
			second.add(d)
		}
	}
	slices.Sort(all)
	for _, p := range []int{1, 50, 99, 100} {
		exact := all[len(all)*p/100-1]
		got := l.percentile(p)
		if got < exact || float64(got) > float64(exact)*1.04 {
			t.Errorf("p%d is %s, want %s and at most 4 %% more", p, got, exact)
		}
	}
	if l.percentile(100) != l.longest || l.longest != all[len(all)-1] {
		t.Errorf("longest %s, want %s", l.longest, all[len(all)-1])
	}
	first.addAll(&second)
	if first != l {
		t.Error("two halves together differ from the whole")
	}
}

func TestEveryDurationLiesInItsBucket(t *testing.T) {
	t.Parallel()
	for _, d := range []time.Duration{0, 1, 31, 32, 63, 64, 65, 127, 128, 1000, time.Millisecond, time.Hour, 1<<63 - 1} {
		bucket := bucketOf(d)
		if upperEnd(bucket) < d {
			t.Errorf("%d is in bucket %d, which ends at %d", d, bucket, upperEnd(bucket))
		}
		if bucket > 0 && upperEnd(bucket-1) >= d {
			t.Errorf("%d is in bucket %d, and the one before ends at %d", d, bucket, upperEnd(bucket-1))
		}
	}
	if bucketOf(-time.Second) != 0 {
		t.Error("a negative duration has a bucket of its own")
	}
}

func TestShort(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		99 * time.Microsecond: "<0.1 ms", 100 * time.Microsecond: "0.1 ms", 1280 * time.Microsecond: "1.3 ms", 9949 * time.Microsecond: "9.9 ms", 9950 * time.Microsecond: "10 ms",
		999 * time.Millisecond: "999 ms", 1500 * time.Millisecond: "1.5 s",
	} {
		if got := short(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
}
