package jsons

import (
	"math"
	"slices"

	"materializer/projections/expressions/datum"
	"materializer/projections/expressions/function"
)

// operation is what an edit does at the end of its path.
type operation byte

const (
	remove       operation = iota
	replace                // what is there
	create                 // or replace
	insertBefore           // what is there
	insertAfter
)

func editFunctions() []function.Function {
	return []function.Function{
		{Signature: "jsonb_delete_path(jsonb,_text)", Call: func(args []any) (any, error) { return deletePath(args[0], args[1]) }},
		{Signature: "jsonb_set(jsonb,_text,jsonb,bool)", Call: set},
		{Signature: "jsonb_set_lax(jsonb,_text,jsonb,bool,text)", Call: setLax},
		{Signature: "jsonb_insert(jsonb,_text,jsonb,bool)", Call: insert},
	}
}

func deletePath(v, path any) (any, error) {
	return edit{op: remove}.run(v, path, "cannot delete path in scalar")
}

func set(args []any) (any, error) {
	op := replace
	if args[3].(bool) {
		op = create
	}
	return edit{op: op, value: args[2].(*datum.JSON)}.run(args[0], args[1], "cannot set path in scalar")
}

func insert(args []any) (any, error) {
	op := insertBefore
	if args[3].(bool) {
		op = insertAfter
	}
	return edit{op: op, value: args[2].(*datum.JSON)}.run(args[0], args[1], "cannot set path in scalar")
}

// setLax is set with a say in what a NULL as the new value means.
func setLax(args []any) (any, error) {
	if args[0] == nil || args[1] == nil || args[3] == nil {
		return nil, nil
	}
	treatment, _ := args[4].(string) // none of those below if NULL
	switch {
	case args[4] != nil && args[2] != nil:
		return set(args)
	case treatment == "raise_exception":
		return nil, datum.Errorf("22004", "JSON value must not be null")
	case treatment == "use_json_null":
		return set([]any{args[0], args[1], &datum.JSON{}, args[3]})
	case treatment == "delete_key":
		return deletePath(args[0], args[1])
	case treatment == "return_target":
		return args[0], nil
	}
	return nil, datum.Errorf("22023", `null_value_treatment must be "delete_key", "return_target", "use_json_null", or "raise_exception"`)
}

// edit changes a value at a path. Parts that do not change are shared with the old value.
type edit struct {
	op    operation
	value *datum.JSON
	path  []any
}

func (e edit) run(value, path any, ofScalar string) (any, error) {
	v := value.(*datum.JSON)
	if err := oneDimension(path); err != nil {
		return nil, err
	}
	if isScalar(v) {
		return nil, datum.Errorf("22023", "%s", ofScalar)
	}
	e.path = path.(*datum.Array).Values
	empty := len(v.Items)+len(v.Members) == 0
	if len(e.path) == 0 || empty && !e.adds() {
		return v, nil
	}
	changed, err := e.at(v, 0)
	if err != nil {
		return nil, err
	}
	return changed, nil
}

// adds tells that a value is put where there is none.
func (e edit) adds() bool { return e.op >= create }

func (e edit) at(v *datum.JSON, level int) (*datum.JSON, error) {
	if e.path[level] == nil {
		return nil, datum.Errorf("22004", "path element at position %d is null", level+1)
	}
	switch v.Kind {
	case datum.JSONObject:
		return e.object(v, level)
	case datum.JSONArray:
		return e.array(v, level)
	}
	return v, nil
}

func (e edit) object(v *datum.JSON, level int) (*datum.JSON, error) {
	name, last := e.path[level].(string), level == len(e.path)-1
	at, found := slices.BinarySearchFunc(v.Members, name, func(m datum.Member, name string) int { return compareNames(m.Name, name) })
	if !found {
		if !last || !e.adds() {
			return v, nil
		}
		return object(slices.Insert(slices.Clone(v.Members), at, datum.Member{Name: name, Value: e.value})), nil
	}
	value := e.value
	switch {
	case !last:
		var err error
		if value, err = e.at(v.Members[at].Value, level+1); err != nil {
			return nil, err
		}
	case e.op >= insertBefore:
		return nil, datum.Errorf("22023", "cannot replace existing key")
	case e.op == remove:
		return object(slices.Concat(v.Members[:at], v.Members[at+1:])), nil
	}
	members := slices.Clone(v.Members)
	members[at].Value = value
	return object(members), nil
}

func (e edit) array(v *datum.JSON, level int) (*datum.JSON, error) {
	at, ok := index(e.path[level].(string))
	if !ok {
		return nil, datum.Errorf("22P02", "path element at position %d is not an integer", level+1)
	}
	count := int64(len(v.Items))
	switch {
	case at < -count:
		at = math.MinInt32 // before the first
	case at < 0:
		at += count
	}
	exists := 0 <= at && at < count
	switch {
	case level == len(e.path)-1 && exists:
		return array(slices.Concat(v.Items[:at], e.instead(v.Items[at]), v.Items[at+1:])), nil
	case level == len(e.path)-1 && e.adds():
		place := min(max(at, 0), count)
		return array(slices.Insert(slices.Clone(v.Items), int(place), e.value)), nil
	case !exists || level == len(e.path)-1:
		return v, nil
	}
	value, err := e.at(v.Items[at], level+1)
	if err != nil {
		return nil, err
	}
	items := slices.Clone(v.Items)
	items[at] = value
	return array(items), nil
}

// instead is what takes the place of an element at the end of the path.
func (e edit) instead(item *datum.JSON) []*datum.JSON {
	switch e.op {
	case remove:
		return nil
	case insertBefore:
		return []*datum.JSON{e.value, item}
	case insertAfter:
		return []*datum.JSON{item, e.value}
	}
	return []*datum.JSON{e.value}
}
