package aggregates

import (
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// folding makes an aggregate that joins the values that are not NULL, from the first
// to the last, with an ordinary function of two arguments of the aggregate's type.
func folding(name string) func(*call) (*Aggregate, error) {
	return func(c *call) (*Aggregate, error) {
		join, err := c.joining(name, c.parameters[0], c.args[0])
		if err != nil {
			return nil, err
		}
		return &Aggregate{start: func() State { return &folded{join: join} }}, nil
	}
}

// joining finds a function of two parameters of one type, and of that result.
func (c *call) joining(name, parameter string, t *catalog.Type) (function.Func, error) {
	f, err := c.function(name + "(" + strings.Join([]string{parameter, parameter}, ",") + ")")
	if err != nil {
		return nil, err
	}
	return c.library.Bind(f, []*catalog.Type{t, t}, t, make([]any, 2))
}

type folded struct {
	join  function.Func
	first func(any) any // makes the type that is joined; nil if it is the argument's
	value any
	args  [2]any
}

// Add joins a value to those before.
func (s *folded) Add(args []any) error {
	next := args[0]
	if next == nil {
		return nil
	}
	if s.first != nil {
		next = s.first(next)
	}
	if s.value == nil {
		s.value = next
		return nil
	}
	s.args = [2]any{s.value, next}
	var err error
	s.value, err = s.join(s.args[:])
	return err
}

// Result is what was joined.
func (s *folded) Result() (any, error) { return s.value, nil }

// newRangeAgg joins ranges as multiranges of one.
func newRangeAgg(c *call) (*Aggregate, error) {
	join, err := c.joining("multirange_union", "anymultirange", c.result)
	if err != nil {
		return nil, err
	}
	return &Aggregate{start: func() State { return &folded{join: join, first: multirangeOf} }}, nil
}

func multirangeOf(value any) any {
	r := value.(*datum.Range)
	if r.Empty {
		return &datum.Multirange{}
	}
	return &datum.Multirange{Ranges: []*datum.Range{r}}
}
