package aggregates

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"materializer/catalog"
	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// The errors of names that an object cannot have.
var (
	errNoName     = datum.Errorf("22023", "field name must not be null")
	errNameScalar = datum.Errorf("22023", "key value must be scalar, not array, composite, or json")
)

// canName tells types whose values can be names of members.
func canName(t *catalog.Type) bool {
	t = t.Unwrap()
	if t.Kind == catalog.Array || t.Kind == catalog.Composite || t.HasJSONCast {
		return false
	}
	return t.Schema != "pg_catalog" || t.Name != "json" && t.Name != "jsonb"
}

func checkName(name any, allowed bool) error {
	switch {
	case name == nil:
		return errNoName
	case !allowed:
		return errNameScalar
	}
	return nil
}

func newJSONObjectAgg(c *call) (*Aggregate, error) {
	name, err := c.toJSON("to_json", "json", c.args[0])
	if err != nil {
		return nil, err
	}
	value, err := c.toJSON("to_json", "json", c.args[1])
	if err != nil {
		return nil, err
	}
	allowed := canName(c.args[0])
	return &Aggregate{start: func() State { return &jsonObject{name: name, value: value, allowed: allowed} }}, nil
}

// jsonObject is json_object_agg: text, with all members, also those of one name.
type jsonObject struct {
	name, value function.Func
	allowed     bool
	text        []byte
}

// Add adds a member.
func (s *jsonObject) Add(args []any) error {
	if err := checkName(args[0], s.allowed); err != nil {
		return err
	}
	if len(s.text) == 0 {
		s.text = append(s.text, "{ "...)
	} else {
		s.text = append(s.text, ", "...)
	}
	name, err := appendJSON(nil, s.name, args[0])
	if err != nil {
		return err
	}
	if name[0] != '"' { // a number or boolean
		name = append(append([]byte{'"'}, name...), '"')
	}
	s.text = append(append(s.text, name...), " : "...)
	s.text, err = appendJSON(s.text, s.value, args[1])
	return err
}

// Result is NULL if there was no row.
func (s *jsonObject) Result() (any, error) {
	if len(s.text) == 0 {
		return nil, nil
	}
	return datum.JSONText(s.text) + " }", nil
}

func newJSONBObjectAgg(c *call) (*Aggregate, error) {
	codec, err := c.library.Codec(c.args[0])
	if err != nil {
		return nil, err
	}
	name, err := c.toJSON("to_jsonb", "jsonb", c.args[0])
	if err != nil {
		return nil, err
	}
	value, err := c.toJSON("to_jsonb", "jsonb", c.args[1])
	if err != nil {
		return nil, err
	}
	allowed := canName(c.args[0])
	return &Aggregate{start: func() State {
		return &jsonbObject{codec: codec, name: name, value: value, allowed: allowed}
	}}, nil
}

// jsonbObject is jsonb_object_agg: of members of one name the last one stays.
type jsonbObject struct {
	codec       function.Codec // of names
	name, value function.Func
	allowed     bool
	members     map[string]*datum.JSON // nil without rows
}

// Add adds a member.
func (s *jsonbObject) Add(args []any) error {
	if err := checkName(args[0], s.allowed); err != nil {
		return err
	}
	name, err := s.text(args[0])
	if err != nil {
		return err
	}
	value, err := jsonbOf(s.value, args[1])
	if err != nil {
		return err
	}
	if s.members == nil {
		s.members = map[string]*datum.JSON{}
	}
	s.members[name] = value
	return nil
}

// text is a name: dates as JSON has them, numbers as PostgreSQL writes them.
func (s *jsonbObject) text(name any) (string, error) {
	tree, err := jsonbOf(s.name, name)
	switch {
	case err != nil:
		return "", err
	case tree.Kind == datum.JSONString:
		return tree.String, nil
	case tree.Kind == datum.JSONBool && tree.Bool:
		return "true", nil
	case tree.Kind == datum.JSONBool:
		return "false", nil
	}
	return string(s.codec.Append(nil, name)), nil
}

// Result is NULL if there was no row.
func (s *jsonbObject) Result() (any, error) {
	if s.members == nil {
		return nil, nil
	}
	object := &datum.JSON{Kind: datum.JSONObject}
	names := slices.SortedFunc(maps.Keys(s.members), func(a, b string) int {
		return cmp.Or(cmp.Compare(len(a), len(b)), strings.Compare(a, b))
	})
	for _, name := range names {
		object.Members = append(object.Members, datum.Member{Name: name, Value: s.members[name]})
	}
	return object, nil
}
