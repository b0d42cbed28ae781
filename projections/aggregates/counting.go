package aggregates

// newCount counts rows, or those whose argument is not NULL.
func newCount(*call) (additive, error) {
	return &tally{
		width: 1,
		count: func(c *counts, args []any) {
			if len(args) == 0 || args[0] != nil {
				c.add(0, 1)
			}
		},
		finish: func(c *counts) (any, error) {
			n, err := c.rows()
			if err != nil {
				return nil, err
			}
			return n, nil
		},
	}, nil
}

// newBoolAnd is true if no row is false, NULL if there are none.
func newBoolAnd(*call) (additive, error) {
	return booleans(func(_, no bool) bool { return !no }), nil
}

// newBoolOr is true if a row is true, NULL if there are none.
func newBoolOr(*call) (additive, error) {
	return booleans(func(yes, _ bool) bool { return yes }), nil
}

func booleans(decide func(yes, no bool) bool) *tally {
	return &tally{
		width: 2,
		count: func(c *counts, args []any) {
			switch args[0] {
			case true:
				c.add(0, 1)
			case false:
				c.add(1, 1)
			}
		},
		finish: func(c *counts) (any, error) {
			yes, no := c[0].sign(), c[1].sign()
			switch {
			case yes < 0 || no < 0:
				return nil, errState
			case yes == 0 && no == 0:
				return nil, nil
			}
			return decide(yes > 0, no > 0), nil
		},
	}
}
