package main

import "context"

// load measures how fast all rows of a database become documents, from nothing.
// Afterwards every contestant stands where it has loaded everything.
func (s *site) load(ctx context.Context, all []contestant, p plan) (*rates, error) {
	loaders := having[loader](all)
	r := newRates("rows", s.rows, loaders, "COPY")
	r.title = title(s.workload.name, "first load of %s rows", s.rows)
	for run := range p.runs {
		for _, l := range turned(loaders, run) {
			if err := l.empty(ctx); err != nil {
				return nil, err
			}
			o, err := s.measure(l, func() error { return l.load(ctx) })
			if err != nil {
				return nil, err
			}
			if err := verify(ctx, l); err != nil {
				return nil, err
			}
			if err := l.rest(ctx); err != nil {
				return nil, err
			}
			r.add(l, o)
		}
	}
	return r, nil
}
