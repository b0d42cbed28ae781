package aggregates

import "errors"

// errState says that bytes are no state of the aggregate.
var errState = errors.New("the stored state of an aggregate is damaged")

// tally is an aggregate whose state is a few whole numbers, each the sum of
// what the rows add to it. Its bytes are those numbers; none, if all are zero.
type tally struct {
	width  int
	count  func(*counts, []any) // adds a row's arguments
	finish func(*counts) (any, error)
}

type counts [6]wide

func (c *counts) add(place int, v int64) { c[place] = c[place].plus(wideOf(v)) }

func (t *tally) start() State { return &tallied{tally: t} }

type tallied struct {
	tally  *tally
	counts counts
}

// Add adds a row.
func (s *tallied) Add(args []any) error {
	s.tally.count(&s.counts, args)
	return nil
}

// Result is what the numbers say.
func (s *tallied) Result() (any, error) { return s.tally.finish(&s.counts) }

func (t *tally) appendContribution(dst []byte, args []any) ([]byte, error) {
	var c counts
	t.count(&c, args)
	return t.append(dst, &c), nil
}

func (t *tally) appendCombined(dst, x, y []byte, subtract bool) ([]byte, error) {
	a, err := t.parse(x)
	if err != nil {
		return dst, err
	}
	b, err := t.parse(y)
	if err != nil {
		return dst, err
	}
	for i := range t.width {
		if subtract {
			b[i] = b[i].negated()
		}
		a[i] = a[i].plus(b[i])
	}
	return t.append(dst, &a), nil
}

func (t *tally) result(state []byte) (any, error) {
	c, err := t.parse(state)
	if err != nil {
		return nil, err
	}
	return t.finish(&c)
}

func (t *tally) append(dst []byte, c *counts) []byte {
	if *c == (counts{}) {
		return dst
	}
	for _, n := range c[:t.width] {
		dst = n.append(dst)
	}
	return dst
}

func (t *tally) parse(state []byte) (c counts, err error) {
	if len(state) == 0 {
		return c, nil
	}
	for i := range t.width {
		var ok bool
		if c[i], state, ok = cutWide(state); !ok {
			return c, errState
		}
	}
	if len(state) > 0 {
		return c, errState
	}
	return c, nil
}

// rows is the number of rows that counted; an error if more were taken away than added.
func (c *counts) rows() (int64, error) {
	n, ok := c[0].int64()
	if !ok || n < 0 {
		return 0, errState
	}
	return n, nil
}
