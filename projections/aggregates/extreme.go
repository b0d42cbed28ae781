package aggregates

import (
	"bytes"
	"errors"

	"materializer/catalog"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/signatures"
	"materializer/projections/values"
)

// extreme is min or max of a type.
type extreme struct {
	codec   function.Codec
	encode  values.AppendFunc
	largest bool
	keep    bool // of equal values the first one is taken, not the last
}

func newExtreme(c *call) (*Aggregate, error) {
	t := c.ordered()
	if t == nil {
		return nil, errors.New("its type is not known")
	}
	encode, ok := values.Order(t)
	if !ok {
		return nil, errors.New("the order of its values is not supported")
	}
	codec, err := c.library.Codec(t)
	if err != nil {
		return nil, err
	}
	e := &extreme{codec: codec, encode: encode, largest: c.name == "max", keep: c.parameters[0] == "bpchar"}
	return &Aggregate{extreme: e, start: func() State { return &extremeState{extreme: e} }}, nil
}

// ordered is the type whose order decides: the parameter's, so that a varchar
// is a text, or that of the argument that stands for any array or enum.
func (c *call) ordered() *catalog.Type {
	switch c.parameters[0] {
	case "anyarray", "anyenum":
		return c.args[0].Unwrap()
	}
	return signatures.ByName(c.parameters[0])
}

func (e *extreme) appendKey(dst []byte, value any) ([]byte, error) {
	var text [64]byte
	return e.encode(dst, e.codec.Append(text[:0], value))
}

// extremeState is the value that leads, with its key.
type extremeState struct {
	extreme   *extreme
	value     any // nil before the first
	key, next []byte
}

// Add compares a value with the one that leads.
func (s *extremeState) Add(args []any) error {
	if args[0] == nil {
		return nil
	}
	var err error
	if s.next, err = s.extreme.appendKey(s.next[:0], args[0]); err != nil {
		return err
	}
	order := bytes.Compare(s.next, s.key)
	if !s.extreme.largest {
		order = -order
	}
	if s.value == nil || order > 0 || order == 0 && !s.extreme.keep {
		s.value = args[0]
		s.key, s.next = s.next, s.key
	}
	return nil
}

// Result is the value that leads.
func (s *extremeState) Result() (any, error) { return s.value, nil }
