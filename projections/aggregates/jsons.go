package aggregates

import (
	"slices"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
	"materializer/projections/expressions/signatures"
)

// toJSON binds to_json or to_jsonb to the type of an argument. NULL is JSON's null.
func (c *call) toJSON(name, result string, t *catalog.Type) (function.Func, error) {
	f, err := c.function(name + "(anyelement)")
	if err != nil {
		return nil, err
	}
	return c.library.Bind(f, []*catalog.Type{t}, signatures.ByName(result), make([]any, 1))
}

func newJSONAgg(c *call) (*Aggregate, error) {
	convert, err := c.toJSON("to_json", "json", c.args[0])
	if err != nil {
		return nil, err
	}
	kind := c.args[0].Unwrap().Kind
	structured := kind == catalog.Array || kind == catalog.Composite
	return &Aggregate{start: func() State { return &jsonList{convert: convert, structured: structured} }}, nil
}

// jsonList is json_agg: text, with the white space that PostgreSQL puts into it.
type jsonList struct {
	convert    function.Func
	structured bool // arrays and composites begin on lines of their own
	text       []byte
}

// Add adds a value, NULL or not.
func (s *jsonList) Add(args []any) error {
	first := len(s.text) == 0
	if first {
		s.text = append(s.text, '[')
	} else {
		s.text = append(s.text, ", "...)
	}
	if s.structured && !first && args[0] != nil {
		s.text = append(s.text, "\n "...)
	}
	var err error
	s.text, err = appendJSON(s.text, s.convert, args[0])
	return err
}

func appendJSON(dst []byte, convert function.Func, value any) ([]byte, error) {
	if value == nil {
		return append(dst, "null"...), nil
	}
	text, err := convert([]any{value})
	if err != nil {
		return dst, err
	}
	return append(dst, text.(datum.JSONText)...), nil
}

// Result is NULL if there was no row.
func (s *jsonList) Result() (any, error) {
	if len(s.text) == 0 {
		return nil, nil
	}
	return datum.JSONText(s.text) + "]", nil
}

func newJSONBAgg(c *call) (*Aggregate, error) {
	convert, err := c.toJSON("to_jsonb", "jsonb", c.args[0])
	if err != nil {
		return nil, err
	}
	return &Aggregate{start: func() State { return &jsonbList{convert: convert} }}, nil
}

// jsonbList is jsonb_agg.
type jsonbList struct {
	convert function.Func
	items   []*datum.JSON
}

// Add adds a value, NULL or not.
func (s *jsonbList) Add(args []any) error {
	item, err := jsonbOf(s.convert, args[0])
	s.items = append(s.items, item)
	return err
}

func jsonbOf(convert function.Func, value any) (*datum.JSON, error) {
	if value == nil {
		return &datum.JSON{Kind: datum.JSONNull}, nil
	}
	tree, err := convert([]any{value})
	if err != nil {
		return nil, err
	}
	return tree.(*datum.JSON), nil
}

// Result is NULL if there was no row.
func (s *jsonbList) Result() (any, error) {
	if len(s.items) == 0 {
		return nil, nil
	}
	return &datum.JSON{Kind: datum.JSONArray, Items: slices.Clone(s.items)}, nil
}
