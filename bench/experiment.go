package main

import (
	"context"
	"fmt"
	"slices"
	"syscall"
	"time"
)

// outcome is one run of one contestant in one experiment.
type outcome struct {
	took   time.Duration
	used   usage
	memory int64 // bytes at the peak; 0 if it is no process of its own
}

// measure runs the timed part of a contestant.
func (s *site) measure(c contestant, run func() error) (outcome, error) {
	before := s.usage()
	before.own = ownTime(c)
	began := time.Now()
	if err := run(); err != nil {
		return outcome{}, fmt.Errorf("%s: %w", c.name(), err)
	}
	o := outcome{took: time.Since(began)}
	after := s.usage()
	after.own = ownTime(c)
	o.used = after.since(before)
	if p, ok := c.(process); ok {
		o.memory = peakMemory(p.pid())
	}
	return o, nil
}

// ownTime is the processor time that a contestant has used itself: as a
// process, or within this one and its children.
func ownTime(c contestant) time.Duration {
	if p, ok := c.(process); ok {
		if p.pid() == 0 {
			return 0 // it will be started
		}
		return processTime(p.pid())
	}
	var sum time.Duration
	for _, who := range []int{syscall.RUSAGE_SELF, syscall.RUSAGE_CHILDREN} {
		var r syscall.Rusage
		if err := syscall.Getrusage(who, &r); err == nil {
			sum += time.Duration(r.Utime.Nano() + r.Stime.Nano())
		}
	}
	return sum
}

// having lists the contestants that take part in an experiment.
func having[T contestant](all []contestant) []T {
	var some []T
	for _, c := range all {
		if t, ok := c.(T); ok {
			some = append(some, t)
		}
	}
	return some
}

// turned gives the list begun at another place each time, so that no contestant
// is always the first after what came before.
func turned[T any](list []T, by int) []T {
	by %= len(list)
	return append(slices.Clone(list[by:]), list[:by]...)
}

// verify compares the outcome with PostgreSQL, where there is something to compare.
func verify(ctx context.Context, c contestant) error {
	if checked, ok := c.(checked); ok {
		if err := checked.check(ctx); err != nil {
			return fmt.Errorf("%s: %w", c.name(), err)
		}
	}
	return nil
}
