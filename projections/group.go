package projections

import (
	"bytes"
	"fmt"
	"slices"

	"materializer/projections/aggregates"
)

// grouped is the results of a relation's aggregates for one row, once asked for.
type grouped struct {
	known   bool
	results []any // by slot
}

// aggregate evaluates an expression over the results of a relation's aggregates.
func (b *Builder) aggregate(f *frame, r *Relation, e *Compiled) ([]byte, error) {
	mark := b.inUse
	row, err := b.results(f, r)
	if err != nil {
		return nil, err
	}
	text, err := e.eval(b, row)
	b.inUse = mark
	return text, err
}

// results gives the results of a relation's aggregates below a row, as a frame
// over which its value or fields are evaluated.
func (b *Builder) results(f *frame, r *Relation) (*frame, error) {
	have := &f.groups[r.slot]
	if !have.known {
		results, err := b.compute(f, r)
		if err != nil {
			return nil, fmt.Errorf("%s: %w", r.Name, err)
		}
		have = &f.groups[r.slot] // computing can have moved it
		have.known, have.results = true, results
	}
	row := b.frame(nil)
	row.results = have.results
	return row, nil
}

// grouped appends a relation's aggregates: a scalar or an object; null where
// the row above is missing.
func (b *Builder) grouped(dst []byte, f *frame, r *Relation) ([]byte, error) {
	if f == nil {
		return append(dst, "null"...), nil
	}
	mark := b.inUse
	row, err := b.results(f, r)
	if err != nil {
		return dst, err
	}
	dst, err = b.element(dst, row, r)
	b.inUse = mark
	return dst, err
}

// compute takes the results that are kept, and makes the others of all rows.
func (b *Builder) compute(f *frame, r *Relation) ([]any, error) {
	results := make([]any, len(r.Grouped.Slots))
	if len(r.Grouped.keeps) > 0 {
		if err := b.keptResults(f, r, results); err != nil {
			return nil, err
		}
	}
	if !r.Grouped.byRows() {
		return results, nil
	}
	return results, b.overRows(f, r, results)
}

// overRows computes those results that are not kept from all rows of the group.
func (b *Builder) overRows(f *frame, r *Relation, results []any) error {
	runs := make([]run, len(r.Grouped.Slots))
	for i, slot := range r.Grouped.Slots {
		runs[i].slot = slot
		if !slot.kept {
			runs[i].begin()
		}
	}
	mark := b.inUse
	rows, err := b.open(f, r)
	if err != nil {
		return err
	}
	for {
		row, err := rows.next()
		if err != nil || row == nil {
			if err = rows.close(err); err != nil {
				return err
			}
			break
		}
		for i := range runs {
			if runs[i].slot.kept {
				continue
			}
			if err := runs[i].add(b, row); err != nil {
				return rows.close(err)
			}
		}
		rows.done()
	}
	b.inUse = mark
	for i := range runs {
		if runs[i].slot.kept {
			continue
		}
		if results[i], err = runs[i].end(); err != nil {
			return err
		}
	}
	return nil
}

// run is one aggregate being computed over rows.
type run struct {
	slot  *Slot
	state aggregates.State
	seen  map[string]bool // distinct values
	rows  []runRow        // waiting to be sorted
}

type runRow struct {
	sort []byte
	args []any
}

func (u *run) begin() {
	u.state = u.slot.Function.Start()
	if u.slot.Distinct {
		u.seen = map[string]bool{}
	}
}

func (u *run) add(b *Builder, row *frame) error {
	if u.slot.Filter != nil {
		if ok, err := b.holds(u.slot.Filter, row); err != nil || !ok {
			return err
		}
	}
	args, texts, err := u.slot.arguments(b, row)
	if err != nil {
		return err
	}
	if u.slot.Distinct {
		again, err := u.again(texts[0])
		if err != nil || again {
			return err
		}
	}
	if len(u.slot.OrderBy) == 0 && !u.slot.Distinct {
		return u.state.Add(args)
	}
	order := u.slot.OrderBy
	place, err := b.place(nil, row, order)
	if err != nil {
		return err
	}
	if len(order) == 0 && texts[0] != nil { // PostgreSQL sorts to find what is distinct
		if place, err = u.slot.distinct(append(place, 0), texts[0]); err != nil {
			return err
		}
	} else if len(order) == 0 {
		place = append(place, 1)
	}
	u.rows = append(u.rows, runRow{place, args})
	return nil
}

// again tells whether the value came before.
func (u *run) again(text []byte) (bool, error) {
	name := []byte{}
	if text != nil {
		var err error
		if name, err = u.slot.distinct([]byte{'='}, text); err != nil {
			return false, err
		}
	}
	if u.seen[string(name)] {
		return true, nil
	}
	u.seen[string(name)] = true
	return false, nil
}

func (u *run) end() (any, error) {
	slices.SortStableFunc(u.rows, func(a, b runRow) int { return bytes.Compare(a.sort, b.sort) })
	for _, row := range u.rows {
		if err := u.state.Add(row.args); err != nil {
			return nil, err
		}
	}
	return u.state.Result()
}

// arguments evaluates the arguments of an aggregate for one row: as values and as texts.
func (s *Slot) arguments(b *Builder, row *frame) (args []any, texts [][]byte, err error) {
	args, texts = make([]any, len(s.Args)), make([][]byte, len(s.Args))
	for i, arg := range s.Args {
		if texts[i], err = arg.eval(b, row); err != nil {
			return nil, nil, err
		}
		if texts[i] == nil {
			continue
		}
		if args[i], err = s.decode[i](string(texts[i])); err != nil {
			return nil, nil, err
		}
	}
	return args, texts, nil
}
