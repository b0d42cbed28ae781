package aggregates

func newStringAgg(*call) (*Aggregate, error) {
	return &Aggregate{start: func() State { return &concatenation[string]{result: func(b []byte) any { return string(b) }} }}, nil
}

func newByteaAgg(*call) (*Aggregate, error) {
	return &Aggregate{start: func() State {
		return &concatenation[[]byte]{result: func(b []byte) any { return append([]byte{}, b...) }}
	}}, nil
}

// concatenation strings values together, each but the first behind its own delimiter.
type concatenation[T string | []byte] struct {
	joined []byte
	begun  bool
	result func([]byte) any
}

// Add appends a value that is not NULL; its delimiter may be.
func (s *concatenation[T]) Add(args []any) error {
	if args[0] == nil {
		return nil
	}
	if s.begun && args[1] != nil {
		s.joined = append(s.joined, args[1].(T)...)
	}
	s.begun = true
	s.joined = append(s.joined, args[0].(T)...)
	return nil
}

// Result is NULL if there was no value.
func (s *concatenation[T]) Result() (any, error) {
	if !s.begun {
		return nil, nil
	}
	return s.result(s.joined), nil
}
