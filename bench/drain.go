package main

import "context"

// drain measures how fast a backlog of committed changes is worked off: all
// contestants have stood still while it was made.
func (s *site) drain(ctx context.Context, all []contestant, p plan, size int) (*rates, error) {
	drainers := having[drainer](all)
	r := newRates("changes", p.changes, drainers, "pg_recvlogical")
	r.title = title(s.workload.name, "backlog of %s updates in transactions of %s", p.changes, size)
	for run := range p.runs {
		for _, d := range drainers {
			if err := d.mark(ctx); err != nil {
				return nil, err
			}
		}
		until, err := s.commit(ctx, p.changes, size)
		if err != nil {
			return nil, err
		}
		if err := s.settle(ctx); err != nil {
			return nil, err
		}
		for _, d := range turned(drainers, run) {
			o, err := s.measure(d, func() error { return d.drain(ctx, until) })
			if err != nil {
				return nil, err
			}
			if err := verify(ctx, d); err != nil {
				return nil, err
			}
			if err := d.rest(ctx); err != nil {
				return nil, err
			}
			r.add(d, o)
		}
	}
	return r, nil
}
