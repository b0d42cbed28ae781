package demo

import (
	"math/rand/v2"
	"testing"
	"time"
)

func TestWeightsAddUp(t *testing.T) {
	t.Parallel()
	sum := 0
	for _, k := range kinds {
		sum += k.weight
	}
	if sum != 100 {
		t.Errorf("weights add up to %d", sum)
	}
	random := rand.New(rand.NewPCG(1, 1))
	drawn := map[*kind]int{}
	for range 10_000 {
		drawn[pickKind(random, true)]++
		if k := pickKind(random, false); k.wide {
			t.Fatalf("%s drawn, which must wait", k.name)
		}
	}
	for _, k := range kinds {
		if n := drawn[k]; n < k.weight*100*7/10 || n > k.weight*100*13/10 {
			t.Errorf("%s: drawn %d times, want about %d", k.name, n, k.weight*100)
		}
	}
}

func TestAllowanceClosesWhenItIsSpent(t *testing.T) {
	t.Parallel()
	var a allowance
	if !a.open() {
		t.Error("it begins closed")
	}
	a.spend(0)
	if !a.open() {
		t.Error("nothing was spent, and it is closed")
	}
	a.spend(3600 * wideDocuments)
	if a.open() {
		t.Error("it is overdrawn, and open")
	}
	if left := time.Until(a.free); left < 59*time.Minute || left > 61*time.Minute {
		t.Errorf("it opens in %s, want an hour", left)
	}
}
